import type { LaneView, RolloutView } from '../api/schemas/lane-view.ts';
import type { GuardReading } from '../core/evidence/guard-reading.ts';
import type { EndCause, GateEvidence, PauseCause } from '../core/rollout/events.ts';
import type { Gate } from '../core/rollout/plan.ts';
import type { EndedRollout } from '../core/rollout/state.ts';
import type { Waiting } from '../core/rollout/verdict.ts';
import { audienceText } from './audience-text.ts';
import { evaluationReason, evaluationSummary } from './evaluation-sentences.ts';
import { about, count, duration, percent, plural } from './figures.ts';
import { brokenMetric, missingMetric, passedMetric } from './metric-sentences.ts';

/**
 * Every sentence about a rollout, made from the codes of the verdict. Command line and page both take them from here, and
 * nothing ever reads a sentence back. Pure; runs in a browser.
 */

/** One sentence: what is happening here, and why. */
export const headline = (lane: LaneView, nowMs: number): string => {
  const { rollout } = lane;
  if (rollout === null) return idleSentence(lane);
  const { releaseVersion } = rollout.order;
  const { verdict } = rollout;
  switch (verdict.kind) {
    case 'idle':
      return idleSentence(lane);
    case 'hold':
      return `${releaseVersion} ${position(rollout)}: ${holdReason(verdict.waitingFor, nowMs)}.`;
    case 'pause':
      return `${releaseVersion} is paused${positionSuffix(rollout)}: ${pauseReason(verdict.cause, rollout)}.`;
    case 'advance':
      return `${releaseVersion} moves on to ${rollout.order.plan.stages[verdict.to]?.name ?? 'the next stage'}.`;
    case 'complete':
      return `${releaseVersion} has shown enough and becomes stable.`;
    case 'pull':
      return `${releaseVersion} is being taken off its users: their requests look worse (${verdict.guards.join(', ')}); copies of requests will decide.`;
    case 'restore':
      return `${releaseVersion} gets its share again: on copies of the same requests it is not worse.`;
    case 'end':
      return `${releaseVersion} is ${verdict.outcome === 'rolled-back' ? 'being rolled back' : 'rejected'}: ${endReason(verdict.cause)}.`;
  }
};

const idleSentence = ({ stable, service, environment }: LaneView): string =>
  stable === null
    ? `Nothing of ${service} serves in ${environment} yet.`
    : `${stable.releaseVersion} serves everything; no rollout is running.`;

const position = ({ stage, order, pulled }: RolloutView): string => {
  const now = order.plan.stages[stage];
  if (now === undefined) return 'is getting ready';
  if (pulled !== null) return 'is off its users on a warning and gets copies of their requests';
  const { share, mirrorShare, audience } = now.exposure;
  const whose = audience === undefined ? 'the requests' : `the requests with ${audienceText(audience)}`;
  const mirrored = `copies of ${percent(mirrorShare)} of ${whose}`;
  if (share === 0) return mirrorShare > 0 ? `gets ${mirrored}` : 'gets no traffic yet';
  return share >= 1 ? 'gets everything' : `gets ${percent(share)} of ${whose}`;
};

const positionSuffix = ({ stage, order }: RolloutView): string => {
  const now = order.plan.stages[stage];
  return now === undefined ? '' : ` in stage ${now.name}`;
};

const holdReason = (waiting: readonly Waiting[], nowMs: number): string => {
  // What only a person can give comes first, then what takes longest to come.
  const rank: Readonly<Record<Waiting['on'], number>> = {
    pulled: 0,
    approval: 0,
    replicas: 1,
    evaluation: 2,
    command: 3,
    evidence: 4,
    metric: 4,
    soak: 5,
    'minimum-time': 6,
  };
  const sorted = [...waiting].sort(
    (a, b) =>
      rank[a.on] - rank[b.on] ||
      Number(isHopeless(b)) - Number(isHopeless(a)) ||
      moreRequests(b) - moreRequests(a),
  );
  const [first] = sorted;
  return first === undefined ? 'it is about to move on' : `it waits for ${waitingFor(first, nowMs)}`;
};

/** More of the same traffic will not pass it, so a person should hear of it first. */
const isHopeless = (waiting: Waiting): boolean =>
  waiting.on === 'metric'
    ? waiting.reason !== 'no-poll' && waiting.reason !== 'too-few-polls'
    : waiting.on === 'evidence' &&
      (waiting.reason === 'candidate-looks-worse' || waiting.reason === 'no-bound');

const moreRequests = (waiting: Waiting): number =>
  waiting.on === 'evidence' ? (waiting.moreRequests ?? 0) : 0;

/** What a stage waits for, as the words after "waits for". */
export const waitingFor = (waiting: Waiting, nowMs: number): string => {
  switch (waiting.on) {
    case 'pulled':
      return `copies of requests to show whether the warning was right (${waiting.guards.join(', ')}; ${count(waiting.pairs)} so far)`;
    case 'replicas':
      return `its replicas, ${waiting.ready} of ${waiting.wanted} are ready`;
    case 'evaluation':
      return 'its evaluation on the golden set';
    case 'command':
      return `the command \`${waiting.command}\``;
    case 'approval':
      return `approval of stage ${waiting.stage}, ${waiting.have} of ${waiting.need} given`;
    case 'soak':
      return `the end of the soak time in ${duration(waiting.untilMs - nowMs)}`;
    case 'minimum-time':
      return `the shortest time in this stage, another ${duration(waiting.untilMs - nowMs)}`;
    case 'evidence':
      return missingEvidence(waiting);
    case 'metric':
      return missingMetric(waiting);
  }
};

const missingEvidence = ({
  guard,
  reason,
  moreRequests: more,
}: Extract<Waiting, { on: 'evidence' }>): string => {
  switch (reason) {
    case 'no-candidate-requests':
      return `the first request to the candidate (${guard})`;
    case 'no-stable-requests':
      return `requests to stable to compare with (${guard})`;
    case 'no-mirrored-requests':
      return `the first mirrored request (${guard})`;
    case 'no-bound':
      return `a person: ${guard} has nothing to compare with here and no bound`;
    case 'warming-up':
      return `the end of the declared warm-up (${guard})`;
    case 'pending-outcomes':
      return `the outcomes of requests that have begun (${guard})`;
    case 'candidate-looks-worse':
      return `evidence on ${guard}, which looks worse than stable so far`;
    case 'not-enough-evidence':
      return more === null ? `more requests (${guard})` : `${about(more)} more requests (${guard})`;
  }
};

export const pauseReason = (cause: PauseCause, rollout?: Pick<RolloutView, 'order'>): string => {
  const nameOf = (stage: number): string => rollout?.order.plan.stages[stage]?.name ?? `stage ${stage + 1}`;
  switch (cause.kind) {
    case 'person':
      return cause.reason ?? 'a person asked for it';
    case 'timeout':
      return `${nameOf(cause.stage)} took longer than it may, still waiting for ${listOf(cause.waitingFor)}`;
    case 'sample-ratio': {
      const { stable, candidate, expectedShare, unit } = cause.assignment;
      const units = unit === 'key' ? 'users' : 'requests';
      return `the candidate got ${percent(candidate / (stable + candidate))} of ${count(stable + candidate)} ${units} where ${percent(expectedShare)} were due, so the split is broken and nothing can be compared`;
    }
    case 'gate-unknown':
      return `nobody knows how a gate of ${nameOf(cause.stage)} ended (${cause.detail})`;
  }
};

/** Why a rollout ended, without a full stop. */
export const endReason = (cause: EndCause): string => {
  switch (cause.kind) {
    case 'completed':
      return 'all gates have passed';
    case 'override':
      return `by hand, skipping ${cause.skipped.join(', ') || 'nothing'}: ${cause.reason}`;
    case 'guard':
      return cause.guards
        .map((name) => cause.readings.find(({ guard }) => guard === name))
        .flatMap((reading) => (reading === undefined ? [] : [brokenGuard(reading)]))
        .join('; ');
    case 'metric':
      return cause.readings
        .filter(({ metric }) => cause.metrics.includes(metric))
        .map(brokenMetric)
        .join('; ');
    case 'gate':
      return gateReason(cause.evidence);
    case 'workload':
      return `it does not run (${cause.detail})`;
    case 'trip-wire':
      return `gateway ${cause.gateway} stopped it by itself (${cause.detail})`;
    case 'person':
      return cause.reason ?? 'a person asked for it';
    case 'superseded':
      return `rollout ${cause.by} took its place`;
  }
};

const badWord: Readonly<Record<string, string>> = {
  errors: 'failed',
  slow: 'were slow',
  feedback: 'were reported bad',
  disagree: 'differed from stable',
};

const brokenGuard = ({ guard, rollout, rollback, boundShare }: GuardReading): string => {
  const { candidate, stable } = rollout;
  const known = candidate.bad + candidate.good;
  const mine = `${guard}: ${count(candidate.bad)} of ${count(known)} ${badWord[guard] ?? 'were bad'} (${percent(candidate.badShare ?? 0)})`;
  const versus =
    rollback.rule === 'bound' && boundShare !== undefined
      ? `, at most ${percent(boundShare)} may`
      : stable.badShare === undefined
        ? ''
        : `, of stable ${percent(stable.badShare)}`;
  return mine + versus;
};

const gateReason = (evidence: GateEvidence): string => {
  switch (evidence.kind) {
    case 'evaluation':
      return evaluationReason(evidence.result);
    case 'command':
      return evidence.exitCode === null
        ? 'the command of the gate did not end'
        : `the command of the gate exited with ${evidence.exitCode}`;
    case 'failure':
      return trimStop(evidence.detail);
    case 'evidence':
    case 'approval':
    case 'soak':
      return `the gate ${evidence.kind} did not pass`;
  }
};

const trimStop = (text: string): string => text.replace(/[.\s]+$/, '');

const outcomeWords: Readonly<Record<EndedRollout['outcome'], string>> = {
  completed: 'is stable now',
  'rolled-back': 'was rolled back',
  rejected: 'was rejected before it got any traffic',
  aborted: 'was aborted',
  superseded: 'was superseded',
};

/** One sentence about a rollout that is over. */
export const endSentence = ({ order, outcome, cause }: EndedRollout): string => {
  const said = `${order.releaseVersion} ${outcomeWords[outcome]}`;
  return cause.kind === 'completed' || (cause.kind === 'person' && cause.reason === null)
    ? `${said}.`
    : `${said}: ${endReason(cause)}.`;
};

/** What a gate asks for, in a few words. */
export const gateName = (gate: Gate): string => {
  switch (gate.type) {
    case 'evaluation':
      return 'evaluation on the golden set';
    case 'evidence':
      return 'evidence';
    case 'approval':
      return gate.when === undefined
        ? plural(gate.approvals, 'approval')
        : `${plural(gate.approvals, 'approval')} if the evaluation is inconclusive`;
    case 'soak':
      return `soak ${duration(gate.durationMs)}`;
    case 'command':
      return `command \`${gate.command}\``;
  }
};

/** What a gate was decided on, in a few words. */
export const evidenceSummary = (evidence: GateEvidence): string => {
  switch (evidence.kind) {
    case 'evaluation':
      return evaluationSummary(evidence.result);
    case 'evidence': {
      const guards = evidence.readings
        .filter(({ stage }) => stage.candidate.started > 0)
        .map(({ guard, stage }) => {
          const { bad, good } = stage.candidate;
          const versus = stage.stable.badShare === undefined ? '' : ` vs ${percent(stage.stable.badShare)}`;
          return `${guard} ${count(bad)}/${count(bad + good)}${versus}`;
        });
      return [...guards, ...(evidence.metrics ?? []).map(passedMetric)].join(', ');
    }
    case 'approval':
      return evidence.by.length === 0 ? 'none was needed' : `by ${evidence.by.join(', ')}`;
    case 'soak':
      return [duration(evidence.durationMs), ...(evidence.metrics ?? []).map(passedMetric)].join(', ');
    case 'command':
      return `exit code ${evidence.exitCode ?? 'unknown'}`;
    case 'failure':
      return trimStop(evidence.detail);
  }
};

const listOf = (words: readonly string[]): string => [...new Set(words)].join(', ') || 'nothing known';
