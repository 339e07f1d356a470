import type { RouteTable } from '../../../core/routing/table.ts';
import { allowedExposure, type LedgerTruth } from '../ledger-truth.ts';
import type { Report } from '../violation.ts';

/** A route table may show what was durable when it was made, or less exposure, and nothing else. */
export const checkTable = (table: RouteTable, truth: LedgerTruth, report: Report): void => {
  const { epoch, seq, cut } = table.generation;
  const where = `table ${epoch}.${seq}.${cut} of ${table.environment}`;
  if (seq > truth.headSeq(epoch)) {
    report('I3', `${where} is newer than anything durable (${truth.headSeq(epoch)})`);
    return;
  }
  for (const [service, { stable, candidate }] of Object.entries(table.services)) {
    const facts = truth.at(epoch, seq, `lane/${table.environment}/${service}`);
    const about = `${where}, ${service}`;
    // Cut before its completion was recorded: who served before stands in until the way back is recorded.
    const isStandIn = cut > 0 && (stable === null || facts.served.has(stable.release));
    if ((stable?.release ?? null) !== facts.stable && !isStandIn)
      report('I3', `${about}: stable is ${stable?.releaseVersion ?? 'nothing'}, not what the ledger said`);
    if (candidate === null) continue;
    const { rollout } = facts;
    if (rollout === null || rollout.id !== candidate.rollout || rollout.release !== candidate.release) {
      report(
        'I3',
        `${about}: shows ${candidate.releaseVersion} of ${candidate.rollout}, while ${rollout?.id ?? 'nothing'} ran`,
      );
      continue;
    }
    const allowed = allowedExposure(rollout);
    const exposure = allowed ?? { share: 0, mirrorShare: 0 };
    const isAlone = facts.stable === null && allowed !== null;
    if (candidate.share > (isAlone ? 1 : exposure.share))
      report(
        'I3',
        `${about}: share ${candidate.share} in stage ${rollout.stage}, which allows ${exposure.share}`,
      );
    const wanted = rollout.plan.stages[rollout.stage]?.exposure.audience;
    if (!isAlone && wanted !== undefined && candidate.audience === undefined)
      report(
        'I3',
        `${about}: shows the candidate to everybody in stage ${rollout.stage}, which has an audience`,
      );
    if (candidate.mirrorShare > exposure.mirrorShare)
      report(
        'I3',
        `${about}: mirrors ${candidate.mirrorShare} in stage ${rollout.stage}, which allows ${exposure.mirrorShare}`,
      );
  }
};
