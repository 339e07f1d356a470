import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { environmentFiller } from '../../config/environment-filler.ts';
import { goldenPath, goldenProblem } from '../../config/golden-path.ts';
import { loadEvaluation } from '../../config/load-evaluation.ts';
import { planWithoutFile } from '../../config/plan-without-file.ts';
import type { EvaluationPlan } from '../../core/evaluation/run/evaluation-plan.ts';
import type { RunSummary } from '../../core/evaluation/run/run-record.ts';
import { TidegateError } from '../../errors.ts';
import type { GoldenScan } from '../../evaluate/golden/scan-golden.ts';
import { scanGolden } from '../../evaluate/golden/scan-golden.ts';
import { trainingOverlap } from '../../evaluate/golden/training-overlap.ts';
import { holdingYoungGeneration } from '../../evaluate/holding-young-generation.ts';
import { nameReferences } from '../../evaluate/recording/request-digest.ts';
import { EVALUATION_FILE, evaluationsDirectory, needRun } from '../../evaluate/records/find-run.ts';
import { reportFormat } from '../../evaluate/report/report-format.ts';
import { reportRun } from '../../evaluate/report/run/run-report.ts';
import { textReport } from '../../evaluate/report/run/text-report.ts';
import { renderRun, writeRunReports } from '../../evaluate/report/run/write-run-reports.ts';
import type { RecordingUse } from '../../evaluate/run-evaluation/run-evaluation.ts';
import { runEvaluation } from '../../evaluate/run-evaluation/run-evaluation.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { newRunId } from '../new-run-id.ts';
import { parseCount } from '../parse-duration.ts';
import { openEvalProgress } from '../render/eval-progress.ts';
import { reportOutput, reportOutputs } from '../report-outputs.ts';

const parseLimit = (text: string): number => {
  const count = parseCount(text);
  if (count > 0) return count;
  throw new InvalidArgumentError('It is at least 1.');
};

const USUAL_FILE = EVALUATION_FILE;

export const evalRun: CommandSpec = {
  name: 'run',
  summary:
    'ask an endpoint about every case of a golden set, score the answers, and say whether it is good enough',
  details:
    'Needs no control plane. Each case is kept as soon as it is scored: what was interrupted goes on with --resume and asks nothing twice. Ctrl-C waits for the calls under way; Ctrl-C again cuts them. ' +
    'Exit codes: 0 pass, 3 fail, 5 inconclusive (0 where the file says `inconclusive: pass`), 2 for a file or golden set that cannot be used, 130 when interrupted.',
  examples: [
    'tidegate eval run',
    'tidegate eval run evals/support.yaml --limit 50',
    'tidegate eval run --target http://127.0.0.1:8000/answer --golden golden.jsonl',
    'tidegate eval run -o report.html -o junit.xml',
    'tidegate eval run --resume 20261121',
    'tidegate eval run --record answers.jsonl',
    'tidegate eval run --replay answers.jsonl',
  ],
  arguments: [{ name: '[file]', summary: `the evaluation (default: ./${USUAL_FILE})` }],
  options: [
    { flags: '--target <url>', summary: 'ask here instead of the address in the file' },
    { flags: '--golden <file>', summary: 'another golden set' },
    { flags: '--limit <count>', summary: 'only the first cases', parse: parseLimit },
    { flags: '--baseline <run>', summary: 'compare with an earlier run: its id, its beginning, or a file' },
    { flags: '--resume <run>', summary: 'go on with a run that was interrupted' },
    {
      flags: '--inconclusive <meaning>',
      summary: 'what a verdict that cannot be told means here, whatever the file says',
      choices: ['fail', 'pass'],
    },
    {
      flags: '--record <file>',
      summary:
        'keep every answer in a file, and call only for what is not in it yet (with --fresh: for everything)',
    },
    { flags: '--replay <file>', summary: 'call nobody: take every answer from such a file, or refuse' },
    { flags: '--fresh', summary: 'ask the baseline again instead of using its kept answers' },
    reportOutput('.html .md .json .xml .txt'),
  ],
  run: (context) => holdingYoungGeneration(() => runAndReport(context)),
};

const runAndReport = async (context: CommandContext): Promise<number> => {
  const { io, options, palette, say } = context;
  const plan = planOf(context);
  const { printed, files } = reportOutputs(context);
  // Before anything is paid for.
  for (const file of files) reportFormat(file);
  const directory = evaluationsDirectory(io.cwd);
  const runFile = (named: string): string => needRun(directory, named, io.cwd);
  const resume = typeof options.resume === 'string' ? runFile(options.resume) : null;
  const baselineRun = plan.baseline?.kind === 'run' ? runFile(plan.baseline.run) : null;
  const recording = recordingOf(context);
  const { fill, secrets } = environmentFiller(io.env);
  const scan = await scanned(context, plan);
  say(`${plan.name}: ${scan.cases} cases, ${plan.target.label}`);
  const progress = openEvalProgress(io);
  const finished = await runEvaluation({
    plan,
    scan,
    id: newRunId(io.nowMs()),
    directory,
    resume,
    baselineRun,
    isFresh: options.fresh === true,
    // A replay calls nobody, so it needs no keys.
    fill: recording?.mode === 'replay' ? nameReferences : fill,
    secrets,
    nowMs: io.nowMs,
    signal: io.interruptedAgain(),
    ending: io.interrupted,
    onProgress: progress.show,
    ...(recording === null ? {} : { recording }),
  }).finally(progress.end);
  const { path, head, summary } = finished;
  const report = await reportRun(path);
  await writeRunReports(report, files);
  if (printed === 'table') io.out(`${textReport(report, { columns: io.columns, paint: palette })}\n`);
  else for await (const piece of await renderRun(report, printed)) io.out(piece);
  for (const file of files) say(`Written: ${file}`);
  if (summary.stoppedBy !== null && summary.stoppedBy !== 'settled')
    say(`Go on with: tidegate eval run --resume ${head.id}`);
  return exitCodeOf(summary, plan);
};

const recordingOf = ({ io, options }: CommandContext): RecordingUse | null => {
  const { record, replay, fresh } = options;
  if (typeof record === 'string' && typeof replay === 'string')
    throw new TidegateError('bad-request', 'There is --record and --replay.', { todo: 'Give one of them.' });
  if (typeof replay === 'string') return { path: resolve(io.cwd, replay), mode: 'replay' };
  if (typeof record !== 'string') return null;
  return { path: resolve(io.cwd, record), mode: fresh === true ? 'anew' : 'record' };
};

const exitCodeOf = (
  { verdict, stoppedBy, cases, errors }: RunSummary,
  { inconclusive, mostErrorsShare }: EvaluationPlan,
): number => {
  if (stoppedBy === 'interrupted') return exitCode.interrupted;
  switch (verdict) {
    case 'pass':
      return exitCode.good;
    case 'fail':
      return exitCode.negative;
    case 'inconclusive':
      // Who lets pass what cannot be told does not thereby let pass what did not answer.
      return inconclusive === 'pass' && errors <= mostErrorsShare * cases && cases > 0
        ? exitCode.good
        : exitCode.inconclusive;
  }
};

/** The file's plan with what the command line says instead. */
const planOf = ({ io, options, arguments: [named] }: CommandContext): EvaluationPlan => {
  const { target, golden } = options;
  const file = resolve(io.cwd, named ?? USUAL_FILE);
  if (named === undefined && !existsSync(file)) {
    if (typeof target === 'string' && typeof golden === 'string')
      return planWithoutFile(givenGolden(golden, io.cwd), checkedUrl(target), io.cwd);
    throw new TidegateError('config-missing', `There is no ${USUAL_FILE} here.`, {
      todo: 'Write one as docs/evaluation.md shows, name another, or give both --target and --golden.',
    });
  }
  const plan = loadEvaluation(file, typeof options.baseline === 'string');
  const url = typeof target === 'string' ? checkedUrl(target) : null;
  const { label } = plan.target;
  return {
    ...plan,
    ...(typeof golden === 'string' ? { golden: givenGolden(golden, io.cwd) } : {}),
    ...(url === null
      ? {}
      : { target: { ...plan.target, url, label: label === plan.target.url ? url : label } }),
    ...(options.inconclusive === 'pass' || options.inconclusive === 'fail'
      ? { inconclusive: options.inconclusive }
      : {}),
    ...(typeof options.baseline === 'string' ? { baseline: { kind: 'run', run: options.baseline } } : {}),
  };
};

const givenGolden = (named: string, directory: string): string => {
  const problem = goldenProblem(named);
  if (problem === null) return goldenPath(named, directory);
  throw new TidegateError('bad-request', `${named}: ${problem}.`, { todo: 'Name one of them, or a file.' });
};

const checkedUrl = (text: string): string => {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new TidegateError('bad-request', `${text} is no http or https address.`, {
    todo: 'Give the whole address, such as http://127.0.0.1:8000/answer.',
  });
};

/** The golden set with what was found in it, which is said at once. Every problem of a broken one is named. */
const scanned = async (
  { options, say, palette }: CommandContext,
  plan: EvaluationPlan,
): Promise<GoldenScan> => {
  const { golden, fields, trainingData } = plan;
  const limit = typeof options.limit === 'number' ? options.limit : null;
  const overlap = trainingData === null ? null : trainingOverlap(trainingData, fields);
  const found = await scanGolden(golden, {
    fields,
    limit,
    ...(overlap === null ? {} : { onCase: overlap.add }),
  }).catch((error: unknown) => {
    for (const line of problemLines(error)) say(line);
    throw error;
  });
  const searched = (await overlap?.search()) ?? { findings: [], unreadable: 0 };
  if (searched.unreadable > 0) say(`${searched.unreadable} lines of ${trainingData} could not be read.`);
  const scan: GoldenScan = {
    ...found,
    counts: { ...found.counts, 'in-training-data': searched.findings.length },
    findings: [...found.findings, ...searched.findings.slice(0, 10)],
  };
  for (const { line, id, message } of scan.findings)
    say(`${palette.warn('!')} line ${line}: the case ${JSON.stringify(id)} ${message}`);
  return scan;
};

/** The problems after the first, which the error itself names. */
const problemLines = (error: unknown): string[] => {
  const problems = error instanceof TidegateError ? error.data?.problems : undefined;
  if (!Array.isArray(problems)) return [];
  return (problems as { file: string; line?: number; column?: number; message: string }[])
    .slice(1)
    .map(
      ({ file, line, column, message }) =>
        `${[file, line, column].filter((part) => part !== undefined).join(':')}: ${message}`,
    );
};
