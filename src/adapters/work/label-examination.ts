import { planOfRelease } from '../../config/plan-of-release.ts';
import { judgeLabels } from '../../evaluate/gate/judge-labels.ts';
import { labelAnswer } from '../../evaluate/gate/label-answer.ts';
import { scanLabels } from '../../evaluate/gate/scan-labels.ts';
import type { Examination, ExaminationOrder } from './examination.ts';
import { WARM_UP_CALLS } from './examination.ts';

/** Of a release with a golden set and no evaluation file: labels are compared, and what is required is the policy's. */
export const labelExamination = async ({
  order,
  spec,
  golden,
  seed,
}: ExaminationOrder): Promise<Examination> => {
  const { manifest, requirements, confidence, stable } = order;
  const plan = planOfRelease(spec, `${manifest.service} ${manifest.version}`, golden);
  return {
    plan: {
      ...plan,
      seed,
      confidence,
      baseline: stable === null ? null : { kind: 'target', target: plan.target },
    },
    scan: await scanLabels(golden, plan.fields),
    judge: judgeLabels({ spec, requirements, confidence, seed, comparedWith: stable?.release ?? null }),
    warmUpCalls: WARM_UP_CALLS,
    // A release that says it is too busy fails, and is not waited for; a connection may break once, in the time of the case.
    attempts: { busy: 1, connection: 2, isTimedAsOne: true },
    check: labelAnswer,
    // Times are comparable only when they were measured side by side.
    isFresh: requirements.some(
      ({ metric, notWorseBy }) => notWorseBy !== undefined && metric.startsWith('latency_'),
    ),
    fill: (text) => text,
    secrets: [],
  };
};
