import type { PairCounts, TrackOutcomes } from './cohort-update.ts';
import { COMPARISON_GUARD } from './comparison-guard.ts';
import { copyProcess, type EProcess } from './e-process.ts';
import type { EvidenceSpec, GuardSpec } from './evidence-spec.ts';
import type {
  Exposure,
  GuardEvidence,
  RollbackProcesses,
  RolloutEvidence,
  StageEvidence,
} from './evidence-state.ts';
import { isNearlyAll, isSplit } from './exposure.ts';
import type {
  EvidenceRule,
  GuardReading,
  RollbackReading,
  TrackReading,
  TracksReading,
} from './guard-reading.ts';
import { openStage } from './open-evidence.ts';
import { countCohort, playAdvance } from './play-advance.ts';
import { playRollback } from './play-rollback.ts';
import { readAdvance } from './read-advance.ts';
import { RULE_WEIGHT, rollbackThreshold } from './rule-weight.ts';
import { pendingOf } from './tally.ts';

/**
 * What every guard says now, in the order of the spec: rollback over the whole rollout, advance for `stage` only. Pure; reading as
 * often as one likes costs no error probability. The stage can be left when `advance.passed` holds for every guard; each guard is
 * tested at the full alphaAdvance, for a candidate that is worse in any one guard passes all of them no more often than that one.
 */
export function readGuards(evidence: RolloutEvidence, stage: number): GuardReading[] {
  return evidence.spec.guards.map((spec) => readGuard(evidence, spec, stage));
}

function readGuard(evidence: RolloutEvidence, spec: GuardSpec, stageIndex: number): GuardReading {
  const guard = evidence.guards[spec.name]!;
  const rollback: RollbackProcesses = {
    compare: copyProcess(guard.rollback.compare),
    bound: copyProcess(guard.rollback.bound),
    paired: copyProcess(guard.rollback.paired),
  };
  const rollout = wholeRollout(guard);
  const decided = copyStage(guard.stages[stageIndex] ?? openStage());
  const forecast = copyStage(decided);
  for (const cohort of evidence.open) {
    const seen = cohort.guards[spec.name]!;
    playRollback(rollback, spec.name, cohort, seen);
    countCohort(rollout, cohort, seen);
    if (cohort.stage !== stageIndex) continue;
    playAdvance(decided, spec, cohort, seen, 'favour-stable');
    playAdvance(forecast, spec, cohort, seen, 'leave-out');
    countCohort(decided, cohort, seen);
  }
  const boundShare = decided.newest?.boundShare;
  return {
    guard: spec.name,
    marginShare: spec.marginShare,
    ...(boundShare !== undefined && { boundShare }),
    rollout: readTracks(rollout.outcomes, rollout.pairs),
    stage: readTracks(decided.outcomes, decided.pairs),
    rollback: readRollback(evidence.spec, spec, rollback, decided),
    advance: readAdvance(evidence.spec, spec, decided, forecast.advance),
  };
}

function readRollback(
  spec: EvidenceSpec,
  guard: GuardSpec,
  processes: RollbackProcesses,
  stage: StageEvidence,
): RollbackReading {
  const blind = isBlind(guard, stage);
  if (guard.name === COMPARISON_GUARD) return { ...rollbackBy('bound', processes.bound, spec, 1), blind };
  const rules = [
    rollbackBy('compare', processes.compare, spec, RULE_WEIGHT.compare),
    rollbackBy('bound', processes.bound, spec, RULE_WEIGHT.bound),
    rollbackBy('paired', processes.paired, spec, RULE_WEIGHT.paired),
  ];
  const nearest = rules.reduce((best, rule) =>
    rule.logE - rule.logThreshold > best.logE - best.logThreshold ? rule : best,
  );
  return { ...nearest, blind };
}

function rollbackBy(
  rule: EvidenceRule,
  process: EProcess,
  spec: EvidenceSpec,
  weight: number,
): Omit<RollbackReading, 'blind'> {
  const logE = process.peakLogE;
  const logThreshold = rollbackThreshold(spec.alphaRollback, spec.guards.length, weight);
  return { rule, logE, logThreshold, crossed: logE >= logThreshold };
}

/** A thin holdback is no sight: it would compare in months. */
function isBlind(guard: GuardSpec, { newest, pairs, outcomes }: StageEvidence): boolean {
  if (guard.name === COMPARISON_GUARD) return outcomes.candidate.started === 0;
  if (!newest) return false;
  return !canSee(newest) && pairs.started === 0;
}

function canSee({ candidateShare, boundShare }: Exposure): boolean {
  return isNearlyAll(candidateShare) ? boundShare !== undefined : isSplit(candidateShare);
}

function copyStage(stage: StageEvidence): StageEvidence {
  return {
    outcomes: { stable: { ...stage.outcomes.stable }, candidate: { ...stage.outcomes.candidate } },
    pairs: { ...stage.pairs },
    yardstick: { ...stage.yardstick },
    advance: {
      compare: copyProcess(stage.advance.compare),
      bound: copyProcess(stage.advance.bound),
      paired: copyProcess(stage.advance.paired),
    },
    ...(stage.newest && { newest: stage.newest }),
  };
}

function wholeRollout(guard: GuardEvidence): StageEvidence {
  const sum = openStage();
  for (const stage of Object.values(guard.stages)) {
    for (const track of ['stable', 'candidate'] as const) {
      sum.outcomes[track].started += stage.outcomes[track].started;
      sum.outcomes[track].bad += stage.outcomes[track].bad;
      sum.outcomes[track].good += stage.outcomes[track].good;
    }
    sum.pairs.started! += stage.pairs.started!;
    sum.pairs.both += stage.pairs.both;
    sum.pairs.stableOnly += stage.pairs.stableOnly;
    sum.pairs.candidateOnly += stage.pairs.candidateOnly;
    sum.pairs.neither += stage.pairs.neither;
  }
  return sum;
}

function readTracks(outcomes: TrackOutcomes, pairs: PairCounts): TracksReading {
  return {
    stable: readTrack(outcomes.stable),
    candidate: readTrack(outcomes.candidate),
    ...(pairs.started! > 0 && { pairs }),
  };
}

function readTrack(outcomes: TrackOutcomes['stable']): TrackReading {
  const known = outcomes.bad + outcomes.good;
  return {
    ...outcomes,
    pending: pendingOf(outcomes),
    ...(known > 0 && { badShare: outcomes.bad / known }),
  };
}
