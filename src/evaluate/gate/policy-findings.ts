import type { RequirementResult } from '../../core/evaluation/requirement.ts';
import type { RequirementFinding } from '../../core/evaluation/run/run-record.ts';
import { requirementText } from './requirement-text.ts';

/** What the policy's requirements came to, as reports of runs show requirements. */
export const policyFindings = (
  results: readonly RequirementResult[],
  confidence: number,
): RequirementFinding[] =>
  results.map(({ requirement, verdict, estimate, low, high, moreCases, detail }) => ({
    requirement: requirementText(requirement),
    verdict,
    found:
      estimate === null || low === null || high === null ? null : { value: estimate, low, high, confidence },
    moreCases,
    detail,
  }));
