import { COMPARISON_GUARD } from './comparison-guard.ts';
import { isBoundDerived } from './derived-bound.ts';
import { copyProcess } from './e-process.ts';
import type { EvidenceSpec, GuardSpec } from './evidence-spec.ts';
import type { Exposure, RollbackProcesses, StageEvidence } from './evidence-state.ts';
import { isNearlyAll, isSplit } from './exposure.ts';
import type { EvidenceRule, RollbackReading } from './guard-reading.ts';
import { RULE_WEIGHT, rollbackThreshold } from './rule-weight.ts';
import { copyWorse } from './worse-process.ts';

export function copyRollback(processes: RollbackProcesses): RollbackProcesses {
  return {
    compare: copyProcess(processes.compare),
    bound: copyProcess(processes.bound),
    paired: copyProcess(processes.paired),
    pull: copyWorse(processes.pull),
  };
}

/** Whether a guard demands a rollback, by the rule that is nearest to it. */
export function readRollback(
  spec: EvidenceSpec,
  guard: GuardSpec,
  processes: RollbackProcesses,
  stage: StageEvidence,
): RollbackReading {
  const blind = isBlind(guard, stage);
  const by = (rule: EvidenceRule, weight: number): Omit<RollbackReading, 'blind'> => {
    const logE = processes[rule].peakLogE;
    const logThreshold = rollbackThreshold(spec.alphaRollback, spec.guards.length, weight);
    return { rule, logE, logThreshold, crossed: logE >= logThreshold };
  };
  if (guard.name === COMPARISON_GUARD) return { ...by('bound', 1), blind };
  // Nothing but the comparison looks at a mean, so all of its alpha is there.
  if (guard.kind === 'mean') return { ...by('compare', 1), blind };
  const rules = [by('compare', RULE_WEIGHT.compare), by('paired', RULE_WEIGHT.paired)];
  // One that was derived from earlier traffic knows nothing of what hits both now: it warns, see `readPull`.
  if (!isBoundDerived(guard)) rules.push(by('bound', RULE_WEIGHT.bound));
  const nearest = rules.reduce((best, rule) =>
    rule.logE - rule.logThreshold > best.logE - best.logThreshold ? rule : best,
  );
  return { ...nearest, blind };
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
