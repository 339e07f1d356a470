import { existsSync } from 'node:fs';
import type { EvaluationPlan } from '../../core/evaluation/run/evaluation-plan.ts';
import type { CalibrationFault } from '../../core/judging/calibration.ts';
import { calibrationFault } from '../../core/judging/calibration.ts';
import { companionsOf } from '../../core/judging/companions.ts';
import type { JudgeMethod } from '../../core/judging/judge-method.ts';
import { cohensKappa } from '../../core/judging/kappa.ts';
import { TidegateError } from '../../errors.ts';
import { judgeDigest } from './judge-digest.ts';
import { readCalibration } from './read-calibration.ts';

/**
 * Refuses a run in which a judge would decide that agrees with people less than the requirement demands, or of which that is not known. Returns what a reader must know of
 * the judges that may decide. Reads files and asks nobody.
 * @throws TidegateError `judge-uncalibrated`
 */
export const checkCalibrations = ({
  scorers,
  requirements,
}: Pick<EvaluationPlan, 'scorers' | 'requirements'>): string[] =>
  scorers.flatMap(({ name, how }) => {
    if (how.kind !== 'judge') return [];
    const metrics = [name, ...companionsOf(how.task.kind).map(({ suffix }) => `${name}${suffix}`)];
    const about = requirements.filter(({ metric }) => metrics.includes(metric));
    for (const { text, leastKappa } of about)
      if (leastKappa !== undefined) demand(name, how, text, leastKappa);
    return noteOn(name, how, about.length > 0);
  });

const demand = (name: string, judge: JudgeMethod, requirement: string, leastKappa: number): void => {
  const calibration = judge.calibration === null ? null : readCalibration(judge.calibration);
  const fault = calibration === null ? null : calibrationFault(calibration, judgeDigest(judge), leastKappa);
  if (calibration !== null && fault === null) return;
  const why = fault === null ? missing(judge.calibration) : faultText(fault);
  throw new TidegateError(
    'judge-uncalibrated',
    `The judge ${name} may not decide "${requirement}", which demands a kappa of at least ${leastKappa}: ${why}.`,
    {
      todo: `Run \`tidegate eval calibrate LABELS --scorer ${name}\` with more labels or a better rubric, or lower leastKappa.`,
    },
  );
};

const missing = (path: string | null): string => {
  if (path === null) return 'the scorer names no calibration';
  return existsSync(path) ? `${path} is no calibration` : `there is no calibration at ${path} yet`;
};

const faultText = (fault: CalibrationFault): string => {
  switch (fault.kind) {
    case 'other-judge':
      return 'its calibration is of another judge (model, settings, rubric, repeats or wording differ)';
    case 'unjudged':
      return `the judge gave no judgement of ${fault.unjudged} of ${fault.count} labelled answers`;
    case 'undefined':
      return 'people and judge gave one category throughout, so their kappa is undefined';
    case 'too-low':
      return `its kappa is ${fault.kappa.value.toFixed(2)}, and may be as low as ${fault.kappa.low.toFixed(2)}`;
  }
};

const noteOn = (name: string, judge: JudgeMethod, isRequired: boolean): string[] => {
  const calibration = judge.calibration === null ? null : readCalibration(judge.calibration);
  if (calibration === null || calibration.judge !== judgeDigest(judge))
    return isRequired
      ? [
          `how well ${name} (${judge.endpoint.model}) agrees with people was not measured, though the verdict rests on it`,
        ]
      : [];
  const { counts, weights, confidence, labels } = calibration;
  const kappa = cohensKappa(counts, weights, confidence);
  const figures =
    kappa === null
      ? 'undefined'
      : `${kappa.value.toFixed(2)} (${kappa.low.toFixed(2)} to ${kappa.high.toFixed(2)})`;
  return [
    `${name} (${judge.endpoint.model}) was compared with ${labels.count} labels of people: kappa ${figures}${weights === 'none' ? '' : `, ${weights} weights`}`,
  ];
};
