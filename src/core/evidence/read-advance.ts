import { COMPARISON_GUARD } from './comparison-guard.ts';
import type { EvidenceSpec, GuardSpec } from './evidence-spec.ts';
import type { StageEvidence } from './evidence-state.ts';
import { isNearlyAll, isSplit } from './exposure.ts';
import { forecastRequests } from './forecast.ts';
import type { AdvanceReading, EvidenceRule, WaitingFor } from './guard-reading.ts';

/**
 * Whether a guard lets its stage be left. `decided` has pending outcomes counted against the candidate, `forecast` has them
 * left out. The rule follows the newest exposure of the stage, never the outcomes. Nothing seen is never a pass.
 */
export function readAdvance(
  spec: EvidenceSpec,
  guard: GuardSpec,
  decided: StageEvidence,
  forecast: StageEvidence['advance'],
): AdvanceReading {
  const rule = ruleOf(guard, decided);
  const logE = decided.advance[rule].peakLogE;
  const logThreshold = -Math.log(spec.alphaAdvance);
  const held = { rule, logE, logThreshold, passed: false };
  const missing = nothingToDecideOn(spec, guard, rule, decided);
  if (missing) return { ...held, waitingFor: missing };
  if (logE >= logThreshold) return { ...held, passed: true };
  const outcomes = isKeyed(spec, guard) ? decided.keys : decided.outcomes;
  const more = forecastRequests(guard, rule, { ...decided, outcomes, advance: forecast }, logThreshold);
  if (more === undefined) return { ...held, waitingFor: 'candidate-looks-worse' };
  if (more.moreRequests === 0) return { ...held, waitingFor: 'pending-outcomes' };
  return { ...held, ...more, waitingFor: 'not-enough-evidence' };
}

function isKeyed(spec: EvidenceSpec, guard: GuardSpec): boolean {
  return spec.unit === 'key' && guard.kind !== 'mean' && guard.name !== COMPARISON_GUARD;
}

function ruleOf(guard: GuardSpec, { newest, pairs }: StageEvidence): EvidenceRule {
  if (guard.name === COMPARISON_GUARD) return 'bound';
  if (!newest) return 'compare';
  const { candidateShare } = newest;
  // A bound that was derived is set so high that an equal candidate stays below it. Whoever is below it is not shown to be as good.
  if (isNearlyAll(candidateShare))
    return guard.boundShare !== undefined || !isSplit(candidateShare) ? 'bound' : 'compare';
  return candidateShare === 0 && pairs.started! > 0 ? 'paired' : 'compare';
}

function nothingToDecideOn(
  spec: EvidenceSpec,
  guard: GuardSpec,
  rule: EvidenceRule,
  stage: StageEvidence,
): WaitingFor | undefined {
  if (rule === 'paired') return undefined;
  const outcomes = stage.means ?? (isKeyed(spec, guard) ? stage.keys : stage.outcomes);
  const requests = stage.means ?? stage.outcomes;
  const seen = requests.stable.started + requests.candidate.started;
  if (seen > 0 && stage.warmUpRequests >= seen) return 'warming-up';
  if (outcomes.candidate.started === 0) {
    return guard.name === COMPARISON_GUARD ? 'no-mirrored-requests' : 'no-candidate-requests';
  }
  if (rule === 'bound') return guard.boundShare === undefined ? 'no-bound' : undefined;
  return outcomes.stable.started === 0 ? 'no-stable-requests' : undefined;
}
