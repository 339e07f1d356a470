import { join } from 'node:path';
import { beyondGates } from '../../config/beyond-gates.ts';
import { gateFiller, REFERENCES_AT_GATES, referenceBeyondGates } from '../../config/gate-environment.ts';
import { loadEvaluation } from '../../config/load-evaluation.ts';
import { RELEASE_ORIGIN } from '../../config/plan-of-release.ts';
import type { EvaluationPlan } from '../../core/evaluation/run/evaluation-plan.ts';
import type { SealedEvaluation } from '../../core/release/manifest.ts';
import { TidegateError } from '../../errors.ts';
import { judgeFile } from '../../evaluate/gate/judge-file.ts';
import { planForGate } from '../../evaluate/gate/plan-for-gate.ts';
import { withoutLoad } from '../../evaluate/gate/without-load.ts';
import type { GoldenScan } from '../../evaluate/golden/scan-golden.ts';
import { scanGolden } from '../../evaluate/golden/scan-golden.ts';
import { trainingOverlap } from '../../evaluate/golden/training-overlap.ts';
import type { Blobs } from '../../ports/blobs.ts';
import { manifestLimits, parseTree } from '../../registry/manifest-schema.ts';
import { writeFiles } from '../../registry/place-files.ts';
import type { Examination, ExaminationOrder } from './examination.ts';
import { WARM_UP_CALLS } from './examination.ts';

/** Puts an evaluation file and what it names into a fresh directory, as they were sealed. */
export const placeEvaluationFile = async (
  { digest }: SealedEvaluation,
  blobs: Blobs,
  directory: string,
): Promise<void> => {
  const tree = parseTree(await blobs.read(digest, manifestLimits.treeBytes));
  await writeFiles(directory, tree.files, blobs);
};

/** Of a release with an evaluation file: what it says, and what the policy requires besides. */
export const fileExamination = async ({
  order,
  spec,
  workplace,
  golden,
  isIsolated,
}: ExaminationOrder): Promise<Examination> => {
  const { requirements, confidence, stable } = order;
  const path = spec.file?.path ?? '';
  const { positive } = spec;
  const loaded = loadEvaluation(join(workplace, path), true, workplace);
  // The release's own address stands in for the beginning of the file's, which may name what only its author has.
  const target = { ...loaded.target, url: RELEASE_ORIGIN + spec.request.path };
  const sealed: EvaluationPlan = { ...loaded, target };
  const { plan: examined, leftOut } =
    order.load === 'skip' ? withoutLoad(sealed) : { plan: sealed, leftOut: [] };
  const plan: EvaluationPlan = {
    ...planForGate(examined, { requirements, confidence, positive }, stable !== null),
    golden,
  };
  // The plan of the rollout was made by what the manifest says of the file.
  if (sealed.load !== undefined && order.load === 'refuse')
    throw new TidegateError(
      'evaluation-unusable',
      'The evaluation file has a load stage, and the policy that this rollout began under does not allow it.',
      { todo: 'Set `evaluation: {load: allow}` in the policy, or `skip`, and ship again.' },
    );
  const beyond = beyondGates(sealed);
  if (beyond !== null)
    throw new TidegateError('evaluation-unusable', `The evaluation file has ${beyond.what}.`, {
      todo: beyond.todo,
    });
  const reference = referenceBeyondGates(sealed, spec.request.path);
  if (reference !== null)
    throw new TidegateError('evaluation-unusable', `The evaluation file has ${reference}.`, {
      todo: REFERENCES_AT_GATES,
    });
  if (isIsolated && plan.scorers.some(({ how }) => RUNS_HERE.has(how.kind)))
    throw new TidegateError(
      'evaluation-unusable',
      'The evaluation file has scorers that are programs, or models to be run here, and this control plane runs nothing of a release as its own user.',
      { todo: 'Offer the score over HTTP, or run the control plane as a user of its own instead of root.' },
    );
  const { budget } = plan;
  const isPaid = budget.calls !== null || budget.tokens !== null || budget.usd !== null;
  const { fill, secrets } = gateFiller(process.env);
  return {
    plan,
    scan: await scanOf(plan),
    judge: judgeFile({
      golden: spec.golden.digest,
      ownCount: examined.requirements.length,
      requirements,
      leftOut,
      comparedWith: stable?.release ?? null,
    }),
    warmUpCalls: isPaid ? 0 : WARM_UP_CALLS,
    // Times are comparable only when they were measured side by side.
    isFresh: plan.requirements.some(
      ({ metric, bound }) =>
        bound.kind === 'notWorseBy' && (metric === 'latency' || metric === 'first_token'),
    ),
    fill,
    secrets,
  };
};

/** Of a model it is native code that reads what the release brought. */
const RUNS_HERE: ReadonlySet<string> = new Set(['module', 'command', 'local-embedding']);

const scanOf = async ({ golden, fields, trainingData }: EvaluationPlan): Promise<GoldenScan> => {
  const overlap = trainingData === null ? null : trainingOverlap(trainingData, fields);
  const found = await scanGolden(golden, {
    fields,
    limit: null,
    ...(overlap === null ? {} : { onCase: overlap.add }),
  });
  const searched = await overlap?.search();
  return { ...found, counts: { ...found.counts, 'in-training-data': searched?.findings.length ?? 0 } };
};
