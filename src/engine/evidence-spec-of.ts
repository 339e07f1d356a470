import type { EvidenceSpec } from '../core/evidence/rollout-evidence.ts';
import { MEAN_GUARDS, type Plan } from '../core/rollout/plan.ts';

/** What a plan demands of evidence. */
export const evidenceSpecOf = (plan: Plan): EvidenceSpec => ({
  guards: plan.guards.map(({ name, marginShare, boundShare, warmUpMs }) => ({
    name,
    marginShare,
    ...(boundShare !== null && { boundShare }),
    ...(MEAN_GUARDS.includes(name) && { kind: 'mean' as const }),
    ...(warmUpMs !== undefined && { warmUpMs }),
  })),
  unit: plan.unit ?? 'request',
  ...(plan.isSticky === true && plan.unit !== 'key' && { isSplitTested: false }),
  ...(plan.stages.some(({ exposure }) => exposure.audience != null) && { hasAudience: true }),
  alphaRollback: plan.alpha.rollback,
  alphaAdvance: plan.alpha.advance,
});
