import { absorb, openEvidence, type RolloutEvidence, readGuards } from '../../core/evidence/index.ts';
import type { Trip } from '../../core/routing/link.ts';
import type { CandidateRoute } from '../../core/routing/table.ts';
import type { Upstream } from '../upstreams/upstreams.ts';
import { type Cohort, copyOfTracks, keysOf } from './cohort.ts';

/**
 * Decides that a candidate gets nothing more from this process, without asking anybody. Two causes: its own evidence on
 * the guard `errors` crosses its own bound, or no address of the candidate takes connections.
 */
export interface TripWire {
  /** Looks at cohorts that changed; the trips that follow. */
  weigh(cohorts: readonly Cohort[], candidates: ReadonlyMap<string, CandidateRoute>): readonly Trip[];
  /** To be asked after each refused connection. */
  afterRefusal(service: string, rollout: string, upstreams: readonly Upstream[], nowMs: number): Trip | null;
  /** The evidence on these rollouts is answered for: start afresh. */
  restart(rollouts: readonly string[]): void;
  /** Forgets the evidence on every other rollout. */
  retain(rollouts: ReadonlySet<string>): void;
}

/** The wire never advances anything; the evidence module wants a number all the same. */
const UNUSED_ALPHA_ADVANCE = 0.05;
const UNUSED_MARGIN = 0.01;
const REFUSALS = 2;
const REFUSALS_WITHIN_MS = 1_000;

/** `processes`: how many share the candidate's traffic and each have a wire; together they keep to the alpha of the route. */
export function openTripWire(boot: string, processes = 1): TripWire {
  const byRollout = new Map<string, RolloutEvidence>();
  const refusalsAt = new Map<string, number[]>();

  const evidenceOn = ({ rollout, tripWireAlpha, readings }: CandidateRoute): RolloutEvidence => {
    let evidence = byRollout.get(rollout);
    if (evidence === undefined) {
      const guard = readings.guards.find(({ name }) => name === 'errors');
      const boundShare = guard?.boundShare;
      evidence = openEvidence({
        guards: [
          {
            name: 'errors',
            marginShare: guard?.marginShare ?? UNUSED_MARGIN,
            ...(boundShare === undefined ? {} : { boundShare }),
          },
        ],
        alphaRollback: tripWireAlpha / processes,
        alphaAdvance: UNUSED_ALPHA_ADVANCE,
        unit: readings.unit ?? 'request',
      });
      byRollout.set(rollout, evidence);
    }
    return evidence;
  };

  return {
    weigh(cohorts, candidates) {
      const looked = new Map<string, { candidate: CandidateRoute; cohort: Cohort }>();
      for (const cohort of cohorts) {
        const candidate = candidates.get(cohort.rollout);
        const { index, stage, candidateShare, startedAtMs, isClosed, openErrors, guards, keys } = cohort;
        const { errors } = guards;
        if (candidate === undefined || !(candidate.tripWireAlpha > 0) || errors === undefined) continue;
        // A trip ends the rollout, so where keys are what the coin decides about, keys trip it. Requests of a few users who fail
        // often would do so for every sixth equal candidate or more, by simulation, however strict the bound.
        absorb(evidenceOn(candidate), {
          source: boot,
          index,
          stage,
          candidateShare,
          startedAtMs,
          closed: isClosed,
          settled: isClosed && openErrors === 0,
          guards: { errors: copyOfTracks(errors) },
          ...(keys?.errors && keysOf(cohort, { errors: keys.errors })),
        });
        looked.set(cohort.rollout, { candidate, cohort });
      }
      const trips: Trip[] = [];
      for (const [rollout, { candidate, cohort }] of looked) {
        const [reading] = readGuards(evidenceOn(candidate), candidate.stage);
        if (!reading?.rollback.crossed) continue;
        const { stable, candidate: seen } = reading.keys?.rollout ?? reading.rollout;
        const unit = reading.keys === undefined ? 'requests' : 'users';
        trips.push({
          type: 'trip',
          service: cohort.service,
          rollout,
          atMs: Date.now(),
          cause: 'evidence',
          detail: `${seen.bad} of ${seen.started} ${unit} of the candidate failed, ${stable.bad} of ${stable.started} stable ones; log evidence ${reading.rollback.logE.toFixed(2)} over ${reading.rollback.logThreshold.toFixed(2)}`,
        });
      }
      return trips;
    },
    afterRefusal(service, rollout, upstreams, nowMs) {
      const recent = (refusalsAt.get(rollout) ?? []).filter((atMs) => nowMs - atMs < REFUSALS_WITHIN_MS);
      recent.push(nowMs);
      refusalsAt.set(rollout, recent.slice(-REFUSALS));
      // An address that has answered since its last refusal is flaky at worst; the evidence judges that.
      const allRefuse = upstreams.every(({ refusedAtMs }) => refusedAtMs >= 0);
      if (!allRefuse || recent.length < REFUSALS) return null;
      return {
        type: 'trip',
        service,
        rollout,
        atMs: Date.now(),
        cause: 'unreachable',
        detail: `no connection to ${upstreams.map(({ address }) => address).join(', ')}`,
      };
    },
    restart(rollouts) {
      for (const rollout of rollouts) {
        byRollout.delete(rollout);
        refusalsAt.delete(rollout);
      }
    },
    retain(rollouts) {
      for (const rollout of byRollout.keys()) if (!rollouts.has(rollout)) byRollout.delete(rollout);
      for (const rollout of refusalsAt.keys()) if (!rollouts.has(rollout)) refusalsAt.delete(rollout);
    },
  };
}
