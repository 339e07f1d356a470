import { seededRandom } from '../../core/evaluation/seeded-random.ts';
import type { Decider, Look } from './decider.ts';
import type { Ending, Limits, StageTime } from './ending.ts';
import { type EventQueue, openEventQueue } from './event-queue.ts';
import { simulateTraffic } from './simulate-traffic.ts';
import type { SimulatedRequest } from './traffic-event.ts';
import type { TrafficWorld } from './world.ts';

/**
 * Lets `decider` conduct one rollout in `world`, request by request, in virtual time. The same arguments always give the same
 * ending; two deciders under one seed meet the same requests. Outcomes still under way at the end are not waited for.
 */
export const runWorld = (world: TrafficWorld, decider: Decider, seed: number, limits: Limits): Ending => {
  const { durationMs, candidateRequests: mostCandidateRequests = Infinity, lookEveryMs = 250 } = limits;
  if (!(lookEveryMs > 0 && durationMs > 0))
    throw new RangeError('durationMs and lookEveryMs must be positive');
  const traffic = simulateTraffic(world, seed);
  const reporting = seededRandom(seed, 'feedback');
  const queue = openEventQueue();
  const seen = openSeen(decider, world.keys !== null);
  const deliver = (untilMs: number): void => {
    for (let event = queue.takeDue(untilMs); event !== null; event = queue.takeDue(untilMs))
      decider.observe(event);
  };

  for (let fromMs = 0; ; fromMs += lookEveryMs) {
    const toMs = fromMs + lookEveryMs;
    for (const atMs of traffic.arrivals(fromMs, toMs)) {
      deliver(atMs);
      const { user, shadow } = traffic.request(atMs, {
        candidateShare: decider.share(),
        mirrorShare: decider.mirrorShare?.() ?? 0,
      });
      seen.count(user);
      decider.observe({ kind: 'started', atMs, request: user });
      announce(queue, world, user, reporting());
      if (shadow !== null) {
        seen.count(shadow);
        decider.observe({ kind: 'started', atMs, request: shadow });
        announce(queue, world, shadow, 1);
      }
    }
    deliver(toMs);
    const look = decider.look(toMs);
    if (look === 'advance') seen.enter(toMs);
    const outcome = outcomeOf(look);
    if (outcome !== null) return seen.end(outcome, toMs);
    if (toMs >= durationMs || seen.candidateRequests() >= mostCandidateRequests)
      return seen.end('unfinished', toMs);
  }
};

const outcomeOf = (look: Look): Ending['outcome'] | null => {
  switch (look) {
    case 'rollback':
      return 'rolled-back';
    case 'complete':
      return 'promoted';
    case 'pause':
      return 'paused';
    case 'hold':
    case 'advance':
      return null;
  }
};

/** Puts down when what of a request's fate becomes known. */
const announce = (
  queue: EventQueue,
  world: TrafficWorld,
  request: SimulatedRequest,
  reporting: number,
): void => {
  const { startedAtMs, latencyMs, isSlow, isFailed, track } = request;
  const endsAtMs = startedAtMs + latencyMs;
  if (isSlow) queue.push({ kind: 'slow', atMs: startedAtMs + world.slowMs, request });
  queue.push({ kind: 'ended', atMs: endsAtMs, request });
  if (isFailed || track === 'shadow') return;
  // Where nobody reports, an answer is good as soon as it is there.
  const { reportMs, withinMs } = world.feedback ?? { reportMs: 0, withinMs: 0 };
  const isReported = reporting < world[track].reportedShare && latencyMs + reportMs < withinMs;
  const atMs = isReported ? endsAtMs + reportMs : Math.max(endsAtMs, startedAtMs + withinMs);
  queue.push({ kind: 'feedback', atMs, request, isBad: isReported });
};

/** What the world itself counts, whatever the decider makes of it. */
const openSeen = (decider: Decider, hasKeys: boolean) => {
  const stages: StageTime[] = [];
  const keys = new Set<number>();
  const requests = { stable: 0, candidate: 0, shadow: 0 };
  let badCandidateRequests = 0;
  let entered = { stage: decider.stage?.() ?? 0, share: decider.share(), atMs: 0, before: 0 };

  const leave = (leftAtMs: number): void => {
    stages.push({
      stage: entered.stage,
      candidateShare: entered.share,
      enteredAtMs: entered.atMs,
      leftAtMs,
      candidateRequests: requests.candidate - entered.before,
    });
  };
  return {
    candidateRequests: () => requests.candidate,
    count(request: SimulatedRequest): void {
      requests[request.track] += 1;
      if (request.track !== 'candidate') return;
      if (request.isFailed || request.isSlow) badCandidateRequests += 1;
      if (request.key !== null) keys.add(request.key);
    },
    enter(atMs: number): void {
      leave(atMs);
      const stage = decider.stage?.() ?? entered.stage + 1;
      entered = { stage, share: decider.share(), atMs, before: requests.candidate };
    },
    end(outcome: Ending['outcome'], atMs: number): Ending {
      leave(atMs);
      return {
        outcome,
        atMs,
        candidateRequests: requests.candidate,
        stableRequests: requests.stable,
        shadowRequests: requests.shadow,
        badCandidateRequests,
        affectedKeys: hasKeys ? keys.size : null,
        stages,
      };
    },
  };
};
