import type { ReleaseManifest } from '../../core/release/manifest.ts';
import type { LaneView } from '../../engine/views.ts';
import { TidegateError } from '../../errors.ts';
import type { OutsideChecker } from './checks/outside-checker.ts';
import type { ControlPlane } from './control-plane.ts';
import type { LaneName, Wish } from './scenario.ts';
import type { Report } from './violation.ts';
import type { VirtualTime } from './virtual-time.ts';

/** People and programs that want something, and repeat it until somebody has said yes or no. */
export interface People {
  ask(person: string, wish: Wish): void;
  approversSent(lane: string, rollout: string): ReadonlySet<string>;
  hasSentAdvance(lane: string): boolean;
  /** What was acknowledged as recorded, with the record that must exist. */
  readonly acknowledged: readonly Acknowledged[];
  forget(): void;
}

export interface Acknowledged {
  readonly atMs: number;
  readonly wish: Wish;
  /** Where its lane stood when the person asked. */
  readonly laneSeqBefore: number;
}

const patienceMs = 1_500;
const retryAfterMs = 700;
const triesAtMost = 8;

export const openPeople = (parts: {
  readonly time: VirtualTime;
  /** The control plane that answers now; null when none does. */
  readonly plane: () => ControlPlane | null;
  readonly planesAlive: () => number;
  readonly manifestOf: (service: string, version: string) => ReleaseManifest;
  readonly noted: (what: string) => void;
  readonly isRecorded: (wish: Wish, laneSeqBefore: number) => boolean;
  readonly laneSeq: (wish: Wish) => number;
  readonly outside: OutsideChecker;
  readonly report: Report;
}): People => {
  const { time, outside, report } = parts;
  const approvals = new Map<string, Set<string>>();
  const advances = new Set<string>();
  let acknowledged: Acknowledged[] = [];

  const attempt = (person: string, wish: Wish, triesLeft: number): void => {
    const plane = parts.plane();
    const again = (): void => {
      if (triesLeft > 1) time.after(retryAfterMs, () => attempt(person, wish, triesLeft - 1));
    };
    if (plane === null) {
      again();
      return;
    }
    let isOver = false;
    const running = isEnding(wish) ? plane.engine.lane(wish).rollout : null;
    const seqBefore = parts.laneSeq(wish);
    const stopWaiting = time.after(patienceMs, () => {
      if (isOver) return;
      isOver = true;
      if (isEnding(wish) && running !== null && !plane.life.isDead() && stillRuns(plane, wish, running))
        report('I10', `${wish.what} of ${running.order.rollout} was not answered within ${patienceMs} ms`);
      again();
    });
    const finish = (then: () => void): void => {
      if (isOver) return;
      isOver = true;
      stopWaiting();
      then();
    };
    outside.asked(person, wish);
    const askedAtMs = time.nowMs();
    plane.life.whileAlive(send(plane, person, wish)).then(
      (answer) =>
        finish(() => {
          const { recorded, lane } = answer;
          if (recorded) acknowledged.push({ atMs: time.nowMs(), wish, laneSeqBefore: seqBefore });
          parts.noted(recorded ? `done: ${wish.what}` : `done: ${wish.what}, record owed`);
          if (recorded && !parts.isRecorded(wish, seqBefore))
            report('I4', `${wish.what} was acknowledged as recorded, and the ledger does not have it`);
          const shown = 'service' in wish ? plane.table(wish.environment)?.services[wish.service] : undefined;
          if (isEnding(wish) && running !== null && shown?.candidate?.rollout === running.order.rollout)
            report(
              'I10',
              `${wish.what} of ${running.order.rollout} was acknowledged, and it stays on the routes`,
            );
          const ended =
            isEnding(wish) && running !== null
              ? {
                  version: running.order.releaseVersion,
                  isStable: plane.engine.lane(wish).stable?.release === running.order.release,
                }
              : null;
          outside.acknowledged(wish, {
            askedAtMs,
            recorded,
            laneVersion: parts.planesAlive() === 1 ? (lane?.version ?? null) : null,
            ended,
          });
        }),
      (error: unknown) =>
        finish(() => {
          if (!(error instanceof TidegateError)) {
            report(
              'crash',
              `${wish.what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
            );
            return;
          }
          parts.noted(`refused: ${error.code}`);
          const isAllowed = [
            'not-now',
            'not-found',
            'conflict',
            'internal',
            'ledger-conflict',
            'no-rollback-target',
          ].includes(error.code);
          if (isEnding(wish) && running !== null && !isAllowed && stillRuns(plane, wish, running))
            report('I10', `${wish.what} of ${running.order.rollout} was refused: ${error.code}`);
          if (
            ['ledger-unavailable', 'disk-full', 'internal', 'ledger-conflict', 'conflict'].includes(
              error.code,
            )
          )
            again();
        }),
    );
  };

  const stillRuns = (
    plane: ControlPlane,
    wish: LaneName,
    running: NonNullable<LaneView['rollout']>,
  ): boolean => plane.engine.lane(wish).rollout?.order.rollout === running.order.rollout;

  const send = async (
    { engine }: ControlPlane,
    actor: string,
    wish: Wish,
  ): Promise<{ recorded: boolean; lane: LaneView | null }> => {
    switch (wish.what) {
      case 'ship': {
        const { service, environment, version, rollout } = wish;
        await engine.register(parts.manifestOf(service, version), null, actor);
        return engine.ship({ service, environment, release: version, rollout, actor });
      }
      case 'promote':
        return { ...(await engine.promote(wish, { actor })), lane: null };
      case 'rollback':
        return wish.to === null
          ? engine.rollback(wish, { actor })
          : engine.rollback(wish, { actor }, wish.to);
      case 'approve': {
        const { rollout, version } = engine.lane(wish);
        const lane = `lane/${wish.environment}/${wish.service}`;
        if (rollout !== null) {
          const key = `${lane} ${rollout.order.rollout}`;
          const sent = approvals.get(key) ?? new Set();
          approvals.set(key, sent.add(actor));
        }
        const stage = rollout?.order.plan.stages[rollout.stage]?.name ?? 'none';
        // As the command line does: what was approved is what was seen.
        return engine.command(wish, { type: 'approve', stage }, { actor, expectedVersion: version });
      }
      case 'advance':
        advances.add(`lane/${wish.environment}/${wish.service}`);
        return engine.command(wish, { type: 'advance', reason: 'in a hurry' }, { actor });
      case 'pause':
      case 'abort':
        return engine.command(wish, { type: wish.what, reason: null }, { actor });
      case 'resume':
        return engine.command(wish, { type: 'resume' }, { actor });
      case 'create-key':
        await engine.createKey(wish.id, '00'.repeat(32), actor);
        return { recorded: true, lane: null };
      case 'revoke-key':
        await engine.revokeKey(wish.id, actor);
        return { recorded: true, lane: null };
    }
  };

  return {
    ask: (person, wish) => attempt(person, wish, triesAtMost),
    approversSent: (lane, rollout) => approvals.get(`${lane} ${rollout}`) ?? new Set(),
    hasSentAdvance: (lane) => advances.has(lane),
    get acknowledged() {
      return acknowledged;
    },
    forget() {
      acknowledged = [];
    },
  };
};

const isEnding = (wish: Wish): wish is Wish & LaneName => wish.what === 'abort' || wish.what === 'rollback';
