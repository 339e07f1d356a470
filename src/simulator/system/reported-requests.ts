import type { Frame } from '../../core/routing/link.ts';
import type { Report } from './violation.ts';

/** Counts what gateways have told any control plane about the requests of a stage, each cohort once. */
export interface ReportedRequests {
  /** A request of a user has reached a gateway that has this candidate on its routes. */
  called(rollout: string, stage: number, user: string): void;
  /** This gateway's table has no candidate of the rollout any more. */
  dropped(boot: string, rollout: string): void;
  take(frame: Frame): void;
  /** Stages may be gone through for the second time, with the same users. */
  backupRestored(): void;
  /** In one stage, or in all of them (null). */
  of(rollout: string, stage: number | null): { stable: number; candidate: number; mirrored: number };
}

interface Counts {
  readonly stage: string;
  stable: number;
  candidate: number;
  mirrored: number;
  /** Users whose first request it counts. */
  keys: number;
}

export const openReported = (report: Report): ReportedRequests => {
  const cohorts = new Map<string, Counts>();
  const users = new Map<string, Set<string>>();
  const keysOf = new Map<string, number>();
  let isRepeated = false;
  const droppedBy = new Set<string>();

  /** One user is one draw, however often he calls, at whichever gateway, and however often that is restarted: he counts once in a stage. */
  const countKeys = (boot: string, known: Counts, keys: number): void => {
    if (keys <= known.keys) return;
    const { stage } = known;
    const sum = (keysOf.get(stage) ?? 0) + keys - known.keys;
    known.keys = keys;
    keysOf.set(stage, sum);
    const called = users.get(stage)?.size ?? 0;
    if (sum <= called || isRepeated) return;
    const rollout = stage.split('/')[0] ?? '';
    const since = droppedBy.has(`${boot} ${rollout}`) ? '; its table had lost the candidate meanwhile' : '';
    report(
      'I9',
      `with ${boot}, ${sum} keys are counted in stage ${stage}, and ${called} users called${since}`,
    );
  };

  return {
    called(rollout, stage, user) {
      const key = `${rollout}/${stage}`;
      const known = users.get(key);
      if (known === undefined) users.set(key, new Set([user]));
      else known.add(user);
    },
    dropped(boot, rollout) {
      droppedBy.add(`${boot} ${rollout}`);
    },
    take(frame) {
      for (const { source, index, rollout, stage, guards, pairs, keys, keysAgain = [] } of frame.cohorts) {
        const key = `${source} ${index} ${rollout}`;
        const known = cohorts.get(key) ?? {
          stage: `${rollout}/${stage}`,
          stable: 0,
          candidate: 0,
          mirrored: 0,
          keys: 0,
        };
        cohorts.set(key, known);
        for (const { stable, candidate } of Object.values(guards)) {
          known.stable = Math.max(known.stable, stable.started);
          known.candidate = Math.max(known.candidate, candidate.started);
        }
        for (const { started = 0 } of Object.values(pairs ?? {}))
          known.mirrored = Math.max(known.mirrored, started);
        const drawn = [keys ?? {}, ...keysAgain.map((again) => again.guards)];
        countKeys(
          source,
          known,
          drawn.reduce(
            (sum, { errors }) => sum + (errors ? errors.stable.started + errors.candidate.started : 0),
            0,
          ),
        );
      }
    },
    backupRestored() {
      isRepeated = true;
    },
    of(rollout, stage) {
      const sum = { stable: 0, candidate: 0, mirrored: 0 };
      for (const one of cohorts.values())
        if (stage === null ? one.stage.startsWith(`${rollout}/`) : one.stage === `${rollout}/${stage}`) {
          sum.stable += one.stable;
          sum.candidate += one.candidate;
          sum.mirrored += one.mirrored;
        }
      return sum;
    },
  };
};
