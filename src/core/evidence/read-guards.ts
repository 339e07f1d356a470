import type { PairCounts, TrackMeans, TrackOutcomes } from './cohort-update.ts';
import { COMPARISON_GUARD } from './comparison-guard.ts';
import { countCohort } from './count-cohort.ts';
import { measured, totalOf } from './deciding-outcomes.ts';
import { isBoundDerived } from './derived-bound.ts';
import { addToCells } from './difference-cell.ts';
import { copyProcess, type EProcess, logValue } from './e-process.ts';
import type { GuardSpec } from './evidence-spec.ts';
import type { GuardEvidence, RollbackProcesses, RolloutEvidence, StageEvidence } from './evidence-state.ts';
import { isOfPresentPull } from './fold-settled.ts';
import type { GuardReading, PullReading, TrackReading, TracksReading } from './guard-reading.ts';
import { openStage } from './open-evidence.ts';
import { playAdvance, playPairsNotWorse } from './play-advance.ts';
import { playRollback } from './play-rollback.ts';
import { readAdvance } from './read-advance.ts';
import { readDifference } from './read-difference.ts';
import { copyRollback, readRollback } from './read-rollback.ts';
import { RULE_WEIGHT, rollbackThreshold } from './rule-weight.ts';
import { isSharedCause } from './shared-cause.ts';
import { pendingOf } from './tally.ts';

export interface ReadingOptions {
  /** Also the limits of the difference between the tracks; they cost a hundred times the rest. Default false. */
  readonly differences?: boolean;
  /** Also how many more requests a stage needs. Without, `moreRequests` takes pending outcomes for bad ones. Default true. */
  readonly forecasts?: boolean;
}

/**
 * What every guard says now, in the order of the spec: rollback over the whole rollout, advance for `stage` only. Pure; reading as
 * often as one likes costs no error probability. The stage can be left when `advance.passed` holds for every guard; each guard is
 * tested at the full alphaAdvance, for a candidate that is worse in any one guard passes all of them no more often than that one.
 */
export function readGuards(
  evidence: RolloutEvidence,
  stage: number,
  { differences = false, forecasts = true }: ReadingOptions = {},
): GuardReading[] {
  return evidence.spec.guards.map((spec) => readGuard(evidence, spec, stage, differences, forecasts));
}

function readGuard(
  evidence: RolloutEvidence,
  spec: GuardSpec,
  stageIndex: number,
  differences: boolean,
  forecasts: boolean,
): GuardReading {
  const guard = evidence.guards[spec.name]!;
  // Only what the open cohorts are played into below must be a copy.
  const isOpen = evidence.open.length > 0;
  const rollback = isOpen ? copyRollback(guard.rollback) : guard.rollback;
  const cleared = isOpen && evidence.pull.isOpen ? copyProcess(guard.cleared) : guard.cleared;
  const rollout = wholeRollout(guard, spec);
  const decided = copyStage(guard.stages[stageIndex] ?? openStage(spec));
  const forecast = isOpen && forecasts ? copyAdvance(decided.advance) : decided.advance;
  const cells = differences ? structuredClone(guard.cells) : {};
  for (const cohort of evidence.open) {
    const seen = cohort.guards[spec.name]!;
    playRollback(rollback, evidence.spec, spec, cohort, seen);
    if (isOfPresentPull(evidence, cohort)) playPairsNotWorse(cleared, spec, cohort, seen, 'favour-stable');
    countCohort(rollout, evidence.spec, cohort, seen);
    if (differences) addToCells(cells, evidence.spec, spec, cohort, seen);
    if (cohort.stage !== stageIndex) continue;
    playAdvance(decided.advance, evidence.spec, spec, cohort, seen, 'favour-stable');
    if (forecasts) playAdvance(forecast, evidence.spec, spec, cohort, seen, 'leave-out');
    countCohort(decided, evidence.spec, cohort, seen);
  }
  const boundShare = decided.newest?.boundShare;
  const warns = spec.name !== COMPARISON_GUARD && spec.kind !== 'mean';
  const split = Object.values(cells);
  return {
    guard: spec.name,
    marginShare: spec.marginShare,
    ...(boundShare !== undefined && { boundShare }),
    rollout: readTracks(rollout.outcomes, rollout.pairs, rollout.means),
    stage: readTracks(decided.outcomes, decided.pairs, decided.means),
    rollback: readRollback(evidence.spec, spec, rollback, decided),
    advance: readAdvance(evidence.spec, spec, decided, forecast),
    ...(spec.kind === 'mean' && { kind: 'mean' as const }),
    ...(warns &&
      evidence.spec.unit === 'key' && {
        keys: {
          rollout: readTracks(rollout.keys, noPairs),
          stage: readTracks(decided.keys, noPairs),
        },
      }),
    ...(warns && { pull: readPull(evidence, spec, rollback, cleared.peakLogE) }),
    ...(split.length > 0 && { difference: readDifference(split) }),
    ...(rollout.warmUpRequests > 0 && { warmUpRequests: rollout.warmUpRequests }),
    ...(isSharedCause(evidence, spec, rollout) && { sharedCause: true }),
  };
}

const noPairs: PairCounts = { started: 0, both: 0, stableOnly: 0, candidateOnly: 0, neither: 0 };

function readPull(
  { spec, pull }: RolloutEvidence,
  guard: GuardSpec,
  processes: RollbackProcesses,
  clearedLogE: number,
): PullReading {
  // Never before the rollback where both read the same requests.
  const weight = spec.unit === 'key' ? 1 : RULE_WEIGHT.compare;
  const by = (rule: PullReading['rule'], logE: number, part: number): Omit<PullReading, 'cleared'> => {
    const logThreshold = rollbackThreshold(spec.alphaRollback, spec.guards.length, part);
    return { rule, logE, logThreshold, crossed: logE >= logThreshold };
  };
  const early = by('compare', processes.pull.peakLogE, weight);
  const bound = by('bound', processes.bound.peakLogE, RULE_WEIGHT.bound);
  const isNearer = bound.logE - bound.logThreshold > early.logE - early.logThreshold;
  return {
    ...(isBoundDerived(guard) && isNearer ? bound : early),
    // Between two pulls the last one's pairs are still there, and must not clear the next before it has begun.
    cleared: pull.isOpen && clearedLogE >= -Math.log(spec.alphaAdvance),
  };
}

function copyStage(stage: StageEvidence): StageEvidence {
  return {
    outcomes: copyOutcomes(stage.outcomes),
    keys: copyOutcomes(stage.keys),
    ...(stage.means && { means: structuredClone(stage.means) }),
    pairs: { ...stage.pairs },
    yardstick: { ...stage.yardstick },
    warmUpRequests: stage.warmUpRequests,
    advance: copyAdvance(stage.advance),
    ...(stage.newest && { newest: stage.newest }),
  };
}

function copyOutcomes({ stable, candidate }: TrackOutcomes): TrackOutcomes {
  return { stable: { ...stable }, candidate: { ...candidate } };
}

function copyAdvance({ compare, bound, paired }: StageEvidence['advance']): StageEvidence['advance'] {
  return { compare: asItStands(compare), bound: asItStands(bound), paired: asItStands(paired) };
}

/**
 * A stage is left on how the evidence stands, not on how it once stood: a candidate that has turned bad since would pass on its
 * better days. Only what is still open may be looked at in parts, since its newest outcomes are missing.
 */
function asItStands(process: EProcess): EProcess {
  const copy = copyProcess(process);
  copy.peakLogE = Math.max(0, logValue(copy));
  return copy;
}

function wholeRollout(guard: GuardEvidence, spec: GuardSpec): StageEvidence {
  const sum = openStage(spec);
  for (const stage of Object.values(guard.stages)) {
    for (const track of ['stable', 'candidate'] as const) {
      for (const unit of ['outcomes', 'keys'] as const) {
        sum[unit][track].started += stage[unit][track].started;
        sum[unit][track].bad += stage[unit][track].bad;
        sum[unit][track].good += stage[unit][track].good;
      }
      if (!stage.means) continue;
      sum.means ??= { stable: { started: 0, levels: [] }, candidate: { started: 0, levels: [] } };
      sum.means[track].started += stage.means[track].started;
      sum.means[track].levels = stage.means[track].levels.map(
        (count, level) => count + (sum.means![track].levels[level] ?? 0),
      );
    }
    sum.pairs.started! += stage.pairs.started!;
    sum.pairs.both += stage.pairs.both;
    sum.pairs.stableOnly += stage.pairs.stableOnly;
    sum.pairs.candidateOnly += stage.pairs.candidateOnly;
    sum.pairs.neither += stage.pairs.neither;
    sum.warmUpRequests += stage.warmUpRequests;
  }
  return sum;
}

function readTracks(outcomes: TrackOutcomes, pairs: PairCounts, means?: TrackMeans): TracksReading {
  return {
    stable: means ? readMean(means.stable) : readTrack(outcomes.stable),
    candidate: means ? readMean(means.candidate) : readTrack(outcomes.candidate),
    ...(pairs.started! > 0 && { pairs }),
  };
}

function readTrack(outcomes: TrackOutcomes['stable']): TrackReading {
  const { started, bad, good } = outcomes;
  return {
    started,
    bad,
    good,
    pending: pendingOf(outcomes),
    ...(bad + good > 0 && { badShare: bad / (bad + good) }),
  };
}

function readMean({ started, levels }: TrackMeans['stable']): TrackReading {
  const good = measured(levels);
  return {
    started,
    bad: 0,
    good,
    pending: Math.max(0, started - good),
    ...(good > 0 && { mean: totalOf(levels) / good }),
  };
}
