import type { LaneEvent, RolloutStarted } from '../../../core/rollout/events.ts';
import type { Stage } from '../../../core/rollout/plan.ts';
import type { StoredEvent } from '../../../ports/ledger.ts';
import type { LaneFacts, RunningFacts } from '../ledger-truth.ts';
import type { EnvironmentSetup } from '../scenario.ts';
import type { WorkLog } from '../simulated-work.ts';
import type { Report } from '../violation.ts';

/** What the world knows beside the ledger. */
export interface Witness {
  readonly setupOf: (environment: string) => EnvironmentSetup;
  readonly work: WorkLog;
  /** People who have sent an approval for a lane since a rollout started in it. */
  readonly approversSent: (lane: string, rollout: string) => ReadonlySet<string>;
  /** Somebody has asked to advance the rollout of this lane. */
  readonly hasSentAdvance: (lane: string) => boolean;
  /** Requests that gateways have reported to any control plane: of one stage, or of all (null). */
  readonly reported: (
    rollout: string,
    stage: number | null,
  ) => { readonly stable: number; readonly candidate: number; readonly mirrored: number };
  /** Every rollout that was ever started in the present history, by id. */
  readonly hasStarted: (lane: string, rollout: string) => boolean;
  readonly hasEnded: (lane: string, rollout: string) => boolean;
  /** Replicas of a release that run in a lane now; null when some have been killed lately and so nothing follows from it. */
  readonly running: (lane: string, release: string) => number | null;
  /** A start of this gate's command is recorded whose outcome is not. */
  readonly isOpen: (gateKey: string) => boolean;
}

/** Judges one event at the moment it became durable, against everything that was durable before. */
export const checkEvent = (
  stored: StoredEvent,
  before: LaneFacts,
  witness: Witness,
  report: Report,
): void => {
  const lane = stored.stream;
  const event = { type: stored.type, ...(stored.data as object) } as LaneEvent;
  const where = `record ${stored.seq} (${event.type} in ${lane})`;
  const { rollout } = before;
  switch (event.type) {
    case 'rollout.started':
      checkStart(event, lane, before, witness, (rule, detail) => report(rule, `${where}: ${detail}`));
      return;
    case 'rollout.queued':
    case 'workload.observed':
      return;
    default:
      break;
  }
  if (rollout === null || rollout.id !== event.rollout) {
    report(
      event.type === 'rollout.ended' && witness.hasEnded(lane, event.rollout) ? 'I4' : 'I1',
      `${where}: about ${event.rollout}, while ${rollout?.id ?? 'nothing'} runs`,
    );
    return;
  }
  switch (event.type) {
    case 'stage.entered': {
      if (event.stage !== rollout.stage + 1)
        report('I1', `${where}: stage ${event.stage} after ${rollout.stage}`);
      const exposure = rollout.plan.stages[event.stage]?.exposure;
      if (exposure !== undefined && (exposure.share > 0 || exposure.mirrorShare > 0))
        if (witness.running(lane, rollout.release) === 0)
          report('ready', `${where}: traffic is given to a release of which no replica runs`);
      const missing = unpassed(rollout);
      if (event.override === null) {
        if (missing.length > 0)
          report('I1', `${where}: left stage ${rollout.stage} without ${missing.join(', ')}`);
        const stage = rollout.plan.stages[rollout.stage];
        if (stage !== undefined && stored.atMs < rollout.enteredAtMs + stage.minimumMs)
          report('I1', `${where}: left stage ${rollout.stage} before its minimum time`);
        return;
      }
      if (!witness.hasSentAdvance(lane)) report('I1', `${where}: nobody asked to skip gates`);
      const unnamed = missing.filter((gate) => !event.override!.skipped.includes(gate));
      // What passed at that very moment need not be named.
      if (unnamed.some((gate) => gate === 'evaluation' || gate === 'command'))
        report('I1', `${where}: skipped ${unnamed.join(', ')} without saying so`);
      return;
    }
    case 'candidate.restored':
      // Copies that a gateway made before it heard of the next stage count too: they are as late as the pull.
      if (witness.reported(event.rollout, null).mirrored === 0)
        report('I9', `${where}: users get it again, and no copy had shown how it does`);
      return;
    case 'gate.opened': {
      const key = `${event.rollout}/${event.stage}/${event.gate}`;
      if (witness.isOpen(key))
        report('I4', `${where}: ${key} was opened before and its outcome is not known`);
      return;
    }
    case 'gate.decided': {
      if (event.release !== rollout.release)
        report('I1', `${where}: result of ${event.release} counted for ${rollout.release}`);
      if (event.stage !== rollout.stage)
        report('I1', `${where}: result of stage ${event.stage} counted in ${rollout.stage}`);
      if (event.outcome === 'passed')
        checkPass(event, stored.atMs, lane, rollout, witness, (rule, detail) =>
          report(rule, `${where}: ${detail}`),
        );
      return;
    }
    case 'rollout.ended': {
      if (event.outcome !== 'completed') return;
      if (event.cause.kind === 'override') {
        if (!witness.hasSentAdvance(lane)) report('I1', `${where}: nobody asked to skip gates`);
        return;
      }
      const missing = unpassed(rollout);
      if (missing.length > 0 || rollout.stage !== rollout.plan.stages.length - 1)
        report('I1', `${where}: completed in stage ${rollout.stage} without ${missing.join(', ')}`);
      return;
    }
    default:
      return;
  }
};

/** Guards that are read on both tracks of a mirrored request. */
const paired: readonly string[] = ['errors', 'client-errors', 'slow'];

const unpassed = ({ plan, stage, passed }: RunningFacts): string[] =>
  (plan.stages[stage]?.gates ?? []).flatMap((gate, index) => (passed.has(index) ? [] : [gate.type]));

const checkStart = (
  { order }: RolloutStarted,
  lane: string,
  before: LaneFacts,
  witness: Witness,
  report: Report,
): void => {
  if (before.rollout !== null) report('I4', `${before.rollout.id} still runs`);
  if (witness.hasStarted(lane, order.rollout)) report('I4', `${order.rollout} started for the second time`);
  if (order.kind === 'rollback') {
    if (before.condemned.has(order.release))
      report('I10', `goes back to ${order.releaseVersion}, which was taken back`);
    if (!before.served.has(order.release))
      report('I10', `goes back to ${order.releaseVersion}, which never served here`);
    return;
  }
  const { policy } = witness.setupOf(lane.split('/')[1]!);
  const { stages } = order.plan;
  const exposes = ({ exposure }: Stage): boolean => exposure.share > 0 || exposure.mirrorShare > 0;
  const firstExposing = stages.findIndex(exposes);
  const firstWithUsers = stages.findIndex(({ exposure }) => exposure.share > 0);
  const before1 = stages.slice(0, firstExposing);
  if (
    policy.evaluation.require.length > 0 &&
    !before1.some(({ gates }) => gates.some(({ type }) => type === 'evaluation'))
  )
    report('I1', 'the plan exposes the release before the evaluation that the policy demands');
  const approvals = stages
    .slice(0, firstWithUsers)
    .flatMap(({ gates }) =>
      gates.flatMap((gate) => (gate.type === 'approval' && gate.when === undefined ? [gate.approvals] : [])),
    );
  if (policy.approvals > 0 && Math.max(0, ...approvals) < policy.approvals)
    report('I1', 'the plan gives the release to users before the approvals that the policy demands');
};

const checkPass = (
  event: Extract<LaneEvent, { type: 'gate.decided' }>,
  atMs: number,
  lane: string,
  rollout: RunningFacts,
  witness: Witness,
  report: Report,
): void => {
  const stage = rollout.plan.stages[event.stage];
  const gate = stage?.gates[event.gate];
  if (stage === undefined || gate === undefined) {
    report('I1', `there is no gate ${event.gate} in stage ${event.stage}`);
    return;
  }
  const key = `${event.rollout}/${event.stage}/${event.gate}`;
  switch (gate.type) {
    case 'evaluation': {
      const verdicts = witness.work.evaluations.filter(
        (one) => one.key === key && one.release === rollout.release,
      );
      const isEnough = verdicts.some(
        ({ verdict }) =>
          verdict === 'pass' ||
          (verdict === 'inconclusive' &&
            (rollout.plan.evaluation?.inconclusive === 'pass' ||
              // Then a person decides, and the plan must say so.
              (rollout.plan.evaluation?.inconclusive === 'approval' &&
                stage.gates.some((one) => one.type === 'approval' && one.when === 'inconclusive')))),
      );
      if (!isEnough) report('I1', `no evaluation of ${rollout.release} had passed as ${key}`);
      return;
    }
    case 'command': {
      const hasSucceeded = witness.work.commands.some(
        (one) => one.key === key && one.release === rollout.release && one.exitCode === 0,
      );
      if (!hasSucceeded) report('I4', `the command ${key} is not known to have succeeded`);
      return;
    }
    case 'approval': {
      if (gate.when === 'inconclusive') {
        const told = stage.gates.flatMap((one, index) => {
          if (one.type !== 'evaluation') return [];
          const name = `${event.rollout}/${event.stage}/${index}`;
          const done = witness.work.evaluations.filter(({ key: of }) => of === name);
          return [done.some(({ verdict }) => verdict === 'pass')];
        });
        if (told.every((isClear) => isClear)) return;
      }
      const approvers = witness.approversSent(lane, event.rollout);
      if (approvers.size < gate.approvals)
        report('I1', `${approvers.size} of ${gate.approvals} people approved`);
      return;
    }
    case 'soak':
      if (atMs - rollout.enteredAtMs < gate.durationMs)
        report('I1', `soaked ${atMs - rollout.enteredAtMs} of ${gate.durationMs} ms`);
      return;
    case 'evidence': {
      if (rollout.plan.guards.length === 0) return;
      const { share, mirrorShare } = stage.exposure;
      if (share === 0 && mirrorShare === 0) return;
      const canSee = ({ name }: { readonly name: string }): boolean =>
        name === 'disagree' ? mirrorShare > 0 : share > 0 || paired.includes(name);
      if (!rollout.plan.guards.some(canSee)) {
        report('I9', 'passed on evidence, and no guard of the plan can see anything in this stage');
        return;
      }
      const seen = witness.reported(event.rollout, event.stage);
      if (share > 0 && seen.candidate === 0)
        report('I9', 'passed on evidence, and no request of the candidate was reported');
      // Where stable serves nothing at all, a bound that somebody has set decides.
      const isCompared =
        event.evidence.kind === 'evidence' &&
        event.evidence.readings.some(({ advance }) => advance.rule === 'compare');
      if (share > 0 && share < 0.95 && isCompared && seen.stable === 0)
        report('I9', 'passed on a comparison, and no request of stable was reported');
      if (share === 0 && mirrorShare > 0 && seen.mirrored === 0)
        report('I9', 'passed on mirrored requests, and none was reported');
      return;
    }
  }
};
