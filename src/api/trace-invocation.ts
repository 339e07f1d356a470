import { shortDigest } from '../core/digest.ts';
import type { Served } from '../core/rollout/events.ts';
import { evolve } from '../core/rollout/evolve.ts';
import { type EndedRollout, emptyLane, type LaneState, type RolloutState } from '../core/rollout/state.ts';
import type { Catalog } from '../engine/catalog.ts';
import { decodeLaneEvent } from '../engine/lane-codec.ts';
import { laneStream } from '../engine/lane-key.ts';
import type { FoundInvocation } from '../gateway/invocation-log/find.ts';
import type { InvocationRecord } from '../gateway/invocation-log/line.ts';
import type { Ledger } from '../ports/ledger.ts';
import { releaseSummary } from './release-summary.ts';
import type { Trace, TracedRollout } from './schemas/invocation.ts';

/**
 * Explains an invocation out of the ledger: the lane is folded up to the very route generation that the request used,
 * so what is told is what was in force then, not what became of it.
 */
export const traceInvocation = async (
  { environment, invocation, feedback }: FoundInvocation,
  ledger: Ledger,
  catalog: Catalog,
): Promise<Omit<Trace, 'payload'>> => {
  const nothing = { release: null, rollout: null, stable: null, neighbours: { before: null, after: null } };
  if (invocation === null) return { environment, invocation, feedback: [...feedback], ...nothing };
  const lane = await laneThen(ledger, environment, invocation);
  const answering = answeringRelease(invocation, lane.then);
  const record = answering === null ? undefined : catalog.byDigest.get(answering.release);
  const stable = lane.then.stable === null ? null : servedOf(lane.then.stable);
  return {
    environment,
    invocation,
    feedback: [...feedback],
    release: record === undefined ? null : releaseSummary(record),
    rollout: rolloutBehind(invocation, answering, lane),
    stable,
    neighbours: {
      before: answering?.release === stable?.release ? firstOf(lane.then.history) : stable,
      after: lane.after,
    },
  };
};

interface LaneThen {
  readonly then: LaneState;
  /** By id: the rollouts that have ended, each with how far it was when the request came. */
  readonly ended: ReadonlyMap<string, EndedRollout>;
  /** The next release that became stable afterwards. */
  readonly after: Served | null;
}

const laneThen = async (
  ledger: Ledger,
  environment: string,
  invocation: InvocationRecord,
): Promise<LaneThen> => {
  const { service, generation, at } = invocation;
  const seq = generation === undefined ? null : Number(generation.split('.')[1]);
  const atMs = Date.parse(at);
  const ended = new Map<string, EndedRollout>();
  let then = emptyLane;
  let state = emptyLane;
  for (const stored of await ledger.read(laneStream({ environment, service }))) {
    state = evolve(state, decodeLaneEvent(stored));
    const [last] = state.ended;
    if (last !== undefined) ended.set(last.order.rollout, last);
    if (seq === null ? stored.atMs <= atMs : stored.seq <= seq) then = state;
  }
  const order = [state.stable, ...state.history].filter((one) => one !== null).reverse();
  const index = order.findIndex(({ rollout }) => rollout === then.stable?.rollout);
  const next = order[index + 1];
  return { then, ended, after: next === undefined ? null : servedOf(next) };
};

const servedOf = ({ release, releaseVersion }: Served): Served => ({ release, releaseVersion });

const firstOf = (history: readonly Served[]): Served | null =>
  history[0] === undefined ? null : servedOf(history[0]);

/** Of a rescued invocation stable answered, though the candidate was drawn. */
const answeringRelease = (invocation: InvocationRecord, then: LaneState): Served | null => {
  // A release of another service, of which this lane knows nothing.
  if (invocation.fallback !== undefined) return null;
  const { stable, rollout } = then;
  const candidates: Served[] = [
    ...(stable === null ? [] : [stable]),
    ...(rollout === null ? [] : [rollout.order]),
    ...then.history,
  ];
  const found = candidates.find(({ release, releaseVersion }) =>
    invocation.rescued && invocation.answeredBy !== undefined
      ? invocation.answeredBy === `${releaseVersion}@${shortDigest(release)}`
      : release === invocation.release,
  );
  return found === undefined ? null : servedOf(found);
};

const rolloutBehind = (
  invocation: InvocationRecord,
  answering: Served | null,
  { then, ended }: LaneThen,
): TracedRollout | null => {
  if (answering === null) return null;
  const { rollout, stable } = then;
  const isCandidate = rollout?.order.release === answering.release && stable?.release !== answering.release;
  const id = isCandidate ? (invocation.rollout ?? rollout?.order.rollout) : stable?.rollout;
  if (id == null) return null;
  const end = ended.get(id);
  const running: RolloutState | null = rollout?.order.rollout === id ? rollout : null;
  const known = end ?? running;
  if (known === null || known === undefined) return null;
  return {
    order: known.order,
    actor: known.actor,
    startedAtMs: known.startedAtMs,
    outcome: end?.outcome ?? 'running',
    endedAtMs: end?.endedAtMs ?? null,
    // Only what had been shown by then: later stages are no reason for this answer.
    passed: running?.passed ?? known.passed,
  };
};
