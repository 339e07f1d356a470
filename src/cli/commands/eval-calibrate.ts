import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { environmentFiller } from '../../config/environment-filler.ts';
import { loadEvaluation } from '../../config/load-evaluation.ts';
import type { EvaluationPlan, ScorerSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import { companionsOf } from '../../core/judging/companions.ts';
import type { JudgeMethod } from '../../core/judging/judge-method.ts';
import type { KappaWeights } from '../../core/judging/kappa.ts';
import { TidegateError } from '../../errors.ts';
import { calibrate } from '../../evaluate/judging/calibrate.ts';
import { judgeDigest } from '../../evaluate/judging/judge-digest.ts';
import { openKeptReplies } from '../../evaluate/judging/kept-replies.ts';
import { openModels } from '../../evaluate/judging/models.ts';
import { evaluationsDirectory } from '../../evaluate/records/find-run.ts';
import type { CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { renderCalibration } from '../render/render-calibration.ts';

const USUAL_FILE = 'tidegate-eval.yaml';
const WEIGHTS: readonly KappaWeights[] = ['none', 'linear', 'quadratic'];

export const evalCalibrate: CommandSpec = {
  name: 'calibrate',
  summary: 'compare a judge with labels of people, and keep how well they agree',
  details:
    'Has the judge of a scorer judge answers that people have labelled, counts who said what, and writes Cohen’s kappa with its interval to the file that ' +
    'the scorer names as its calibration. Requirements with `leastKappa` hold only for a judge whose kappa is shown to be that high. What was interrupted is run again and pays nothing twice.',
  examples: [
    'tidegate eval calibrate labels.jsonl',
    'tidegate eval calibrate labels.jsonl evals/support.yaml --scorer helpful --weights quadratic',
  ],
  arguments: [
    { name: '<labels>', summary: 'JSON lines with id, input, output and label' },
    { name: '[file]', summary: `the evaluation with the scorer (default: ./${USUAL_FILE})` },
  ],
  options: [
    { flags: '--scorer <name>', summary: 'which one (default: the only one with a calibration)' },
    {
      flags: '--weights <kind>',
      summary: 'how much of a disagreement counts: all of it, or by its distance or the square of that',
      choices: WEIGHTS,
      default: 'none',
    },
    { flags: '--fresh', summary: 'ask the judge again instead of using its kept judgements' },
  ],
  uses: ['output'],
  async run({ io, arguments: [labels = '', named], options, palette, say, show }) {
    const file = resolve(io.cwd, named ?? USUAL_FILE);
    const plan = loadEvaluation(file, true);
    const { spec, judge, path } = judgeOf(plan, options.scorer);
    const { fill, secrets } = environmentFiller(io.env);
    const keptPath = join(
      evaluationsDirectory(io.cwd),
      'judged',
      `calibration-${judgeDigest(judge).replace('sha256:', '').slice(0, 32)}.jsonl`,
    );
    if (options.fresh === true) await rm(keptPath, { force: true });
    const models = openModels({
      kept: await openKeptReplies(keptPath),
      concurrency: 2 * plan.concurrency,
      fill,
      secrets,
      random: Math.random,
    });
    let shownAtMs = io.nowMs();
    const calibrated = await calibrate({
      spec,
      judge,
      labels: resolve(io.cwd, labels),
      fields: plan.fields,
      weights: WEIGHTS.find((known) => known === options.weights) ?? 'none',
      confidence: plan.confidence,
      concurrency: plan.concurrency,
      models,
      nowMs: io.nowMs,
      signal: io.interrupted,
      onProgress: (done, total) => {
        if (io.nowMs() - shownAtMs < 10_000) return;
        shownAtMs = io.nowMs();
        say(`${done} of ${total}`);
      },
    })
      .catch((error: unknown) => {
        if (io.interrupted.aborted) return null;
        throw error;
      })
      .finally(models.close);
    if (calibrated === null) {
      say('Interrupted. What was judged is kept: the same command goes on.');
      return exitCode.interrupted;
    }
    await writeWhole(path, `${JSON.stringify(calibrated.calibration, null, 2)}\n`);
    show(calibrated, () => renderCalibration(calibrated, demandsOn(plan, spec.name, judge), palette));
    say(`Written: ${path}`);
    return exitCode.good;
  },
};

const judgeOf = (
  { scorers }: EvaluationPlan,
  named: unknown,
): { readonly spec: ScorerSpec; readonly judge: JudgeMethod; readonly path: string } => {
  const judges = scorers.flatMap((spec) => (spec.how.kind === 'judge' ? [{ spec, judge: spec.how }] : []));
  const names = judges.map(({ spec }) => spec.name).join(', ') || 'none';
  const calibrated = judges.filter(({ judge }) => judge.calibration !== null);
  const only = calibrated.length === 0 ? judges : calibrated;
  const found =
    named === undefined
      ? only.length === 1
        ? only[0]
        : undefined
      : judges.find(({ spec }) => spec.name === named);
  if (found === undefined)
    throw new TidegateError(
      'bad-request',
      named === undefined
        ? `It is not said which judge is meant; the file has ${names}.`
        : `The file has no judge ${String(named)}; it has ${names}.`,
      { todo: 'Name it with --scorer.' },
    );
  const { calibration } = found.judge;
  if (calibration !== null) return { ...found, path: calibration };
  throw new TidegateError(
    'bad-request',
    `The scorer ${found.spec.name} does not say where its calibration is kept.`,
    {
      todo: 'Add `calibration: FILE` to it; the file belongs beside the evaluation.',
    },
  );
};

/** What requirements demand of the judge. */
const demandsOn = ({ requirements }: EvaluationPlan, scorer: string, { task }: JudgeMethod): number[] => {
  const metrics = [scorer, ...companionsOf(task.kind).map(({ suffix }) => `${scorer}${suffix}`)];
  return requirements.flatMap(({ metric, leastKappa }) =>
    metrics.includes(metric) && leastKappa !== undefined ? leastKappa : [],
  );
};

/** Never leaves half a file where there was a whole one. */
const writeWhole = async (path: string, text: string): Promise<void> => {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(draft, text, { flush: true });
    await rename(draft, path);
  } catch (error) {
    if (existsSync(draft)) await rm(draft, { force: true });
    throw error;
  }
};
