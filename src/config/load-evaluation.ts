import { existsSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { EvaluationPlan } from '../core/evaluation/run/evaluation-plan.ts';
import { checkText } from './check-text.ts';
import { goldenProblem } from './golden-path.ts';
import { invalidConfig, RUN_AGAIN } from './invalid-config.ts';
import { readSchemaFile } from './output-schema.ts';
import type { Problem } from './problem.ts';
import type { Finding } from './read/finding.ts';
import { readConfigFile } from './read-config-file.ts';
import type { EvalFallbackInput, EvalFaultsInput } from './schema/eval-faults-schema.ts';
import type { EvalInput } from './schema/eval-schema.ts';
import { toEvaluationPlan } from './to-evaluation-plan.ts';

/**
 * Reads the text of a tidegate-eval.yaml; `plan` is null when there is an error among the problems. Files it names must be there, and
 * a baseline wherever something must not be worse than it: here, or named elsewhere (`hasBaseline`). With a `root`, files it names
 * must stand below that folder, by relative paths; of others not even that they are there is looked up. The golden set is left to the caller.
 */
export const readEvaluation = (
  text: string,
  file: string,
  hasBaseline = false,
  root: string | null = null,
): { readonly problems: readonly Problem[]; readonly plan: EvaluationPlan | null } => {
  const { problems, parsed, place } = checkText('evaluation', { text, file });
  if (parsed === null) return { problems, plan: null };
  const directory = dirname(resolve(file));
  const findings: Finding[] = [];
  const complain = (path: Finding['path'], message: string): void => {
    findings.push({ severity: 'error', path, part: 'value', message });
  };
  if (root !== null)
    for (const [path, named] of namedFiles(parsed))
      if (isAbsolute(named) || !isBelow(resolve(root), resolve(directory, named)))
        complain(path, `${named} stands outside of the folder of the service file`);
  if (findings.length > 0) return { problems: [...problems, ...findings.map(place)], plan: null };
  const scorers = parsed.scorers.map((scorer, index) => {
    if (scorer.scorer === 'module' && !existsSync(resolve(directory, scorer.file ?? '')))
      complain(['scorers', index, 'file'], `there is no file ${scorer.file}`);
    for (const key of ['model', 'tokenizer'] as const)
      if (scorer.onnx !== undefined && !existsSync(resolve(directory, scorer.onnx[key])))
        complain(['scorers', index, 'onnx', key], `there is no file ${scorer.onnx[key]}`);
    if (scorer.scorer !== 'json_schema' || typeof scorer.schema !== 'string') return scorer;
    const read = readSchemaFile(directory, scorer.schema);
    if ('schema' in read) return { ...scorer, schema: read.schema };
    complain(['scorers', index, 'schema'], read.problem);
    return scorer;
  });
  const faults =
    parsed.faults === undefined ? {} : { faults: withSchemas(parsed.faults, directory, complain) };
  const golden = typeof parsed.golden === 'string' ? parsed.golden : parsed.golden.file;
  const noSuite = goldenProblem(golden);
  if (noSuite !== null) complain(['golden'], noSuite);
  for (const key of ['trainingData', 'tools'] as const) {
    const named = parsed[key];
    if (named !== undefined && !existsSync(resolve(directory, named)))
      complain([key], `there is no file ${named}`);
  }
  parsed.require.forEach((one, index) => {
    if (
      one !== 'fallback' &&
      one.bound.kind === 'notWorseBy' &&
      parsed.baseline === undefined &&
      !hasBaseline
    )
      complain(['require', index, 'notWorseBy'], 'there is no baseline that it could be worse than');
  });
  if (findings.length > 0) return { problems: [...problems, ...findings.map(place)], plan: null };
  return { problems, plan: toEvaluationPlan({ ...parsed, ...faults, scorers }, directory) };
};

/** Every path of a file but the golden set's, with its place. What a command is given are arguments, and no paths. */
const namedFiles = ({ scorers, trainingData, tools }: EvalInput): [Finding['path'], string][] => [
  ...scorers.flatMap(({ onnx }, index) =>
    (['model', 'tokenizer'] as const).flatMap((key): [Finding['path'], string][] =>
      onnx === undefined ? [] : [[['scorers', index, 'onnx', key], onnx[key]]],
    ),
  ),
  ...scorers.flatMap((scorer, index) =>
    (['file', 'schema', 'calibration'] as const).flatMap((key): [Finding['path'], string][] => {
      const named = scorer[key];
      return typeof named === 'string' ? [[['scorers', index, key], named]] : [];
    }),
  ),
  ...Object.entries({ trainingData, tools }).flatMap(([key, named]): [Finding['path'], string][] =>
    named === undefined ? [] : [[[key], named]],
  ),
];

const isBelow = (root: string, path: string): boolean => {
  const found = relative(root, path);
  return !isAbsolute(found) && found.split(/[\\/]/)[0] !== '..';
};

type Complain = (path: Finding['path'], message: string) => void;

/** With the schemas that are named by their files. */
const withSchemas = (faults: EvalFaultsInput, directory: string, complain: Complain): EvalFaultsInput => {
  const withSchema = (fallback: EvalFallbackInput, path: Finding['path']): EvalFallbackInput => {
    if (typeof fallback.schema !== 'string') return fallback;
    const read = readSchemaFile(directory, fallback.schema);
    if ('schema' in read) return { ...fallback, schema: read.schema };
    complain([...path, 'schema'], read.problem);
    return fallback;
  };
  return {
    ...faults,
    fallback: withSchema(faults.fallback, ['faults', 'fallback']),
    scenarios: faults.scenarios.map((scenario, index) =>
      scenario.fallback === undefined
        ? scenario
        : {
            ...scenario,
            fallback: withSchema(scenario.fallback, ['faults', 'scenarios', index, 'fallback']),
          },
    ),
  };
};

/** @throws TidegateError `config-missing`, or one `config-invalid` whose `data.problems` (`Problem[]`) names everything. */
export const loadEvaluation = (
  path: string,
  hasBaseline = false,
  root: string | null = null,
): EvaluationPlan => {
  const { problems, plan } = readEvaluation(readConfigFile(path).text, path, hasBaseline, root);
  if (plan === null) throw invalidConfig(problems, RUN_AGAIN);
  return plan;
};
