import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join, relative, sep } from 'node:path';
import { beyondGates } from '../config/beyond-gates.ts';
import { REFERENCES_AT_GATES, referenceBeyondGates } from '../config/gate-environment.ts';
import { readEvaluation } from '../config/load-evaluation.ts';
import { readYamlText } from '../config/read/yaml-text.ts';
import type { EvaluationConfig, EvaluationFileConfig } from '../config/service-config.ts';
import type { EvaluationPlan } from '../core/evaluation/run/evaluation-plan.ts';
import type { EvaluationSpec } from '../core/release/manifest.ts';
import { releasePathProblem } from '../core/release/release-path.ts';
import { sealComponent } from './seal-component.ts';
import { sealError } from './seal-error.ts';
import type { SealTarget } from './seal-file.ts';
import { sealGolden } from './seal-golden.ts';
import type { SourceFile } from './source-file.ts';
import { readSourceEntry } from './source-file.ts';

export interface EvaluationToSeal {
  /** Real path of the directory of the service file. */
  readonly directory: string;
  readonly evaluation: EvaluationConfig | EvaluationFileConfig;
  readonly target: SealTarget;
  readonly allowsSecretLike: boolean;
}

/** Stores what a release will be examined with. @throws `seal-failed` naming what to correct */
export const sealEvaluation = async (order: EvaluationToSeal): Promise<EvaluationSpec> => {
  const { directory, evaluation, target } = order;
  if ('file' in evaluation) return sealEvaluationFile({ ...order, evaluation });
  const { golden, ...rest } = evaluation;
  return { ...rest, golden: await sealGolden(join(directory, golden), golden, target) };
};

/** Paths, relative to the service file, of the golden set and of the file that says how it is judged: neither is code of the release. */
export const examinationOf = async (
  directory: string,
  evaluation: EvaluationConfig | EvaluationFileConfig,
): Promise<readonly string[]> => {
  if (!('file' in evaluation)) return [evaluation.golden];
  const { golden } = await readFiles(directory, evaluation.file);
  return [golden, evaluation.file];
};

const sealEvaluationFile = async ({
  directory,
  evaluation: { file, positive },
  target,
  allowsSecretLike,
}: EvaluationToSeal & { readonly evaluation: EvaluationFileConfig }): Promise<EvaluationSpec> => {
  const { plan, golden, files } = await readFiles(directory, file);
  const beyond = beyondGates(plan);
  if (beyond !== null)
    throw sealError(`The evaluation file ${file} has ${beyond.what}.`, { todo: beyond.todo });
  const reference = referenceBeyondGates(plan, pathOf(plan.target.url, file));
  if (reference !== null)
    throw sealError(`The evaluation file ${file} has ${reference}.`, { todo: REFERENCES_AT_GATES });
  await checkWithoutTheRest(files, file);
  const { digest } = await sealComponent({
    name: 'config',
    collected: { path: '.', files },
    target,
    allowsSecretLike,
    onProgress: () => {},
  });
  const { method, url, body, output, timeoutMs } = plan.target;
  return {
    golden: await sealGolden(join(directory, golden), golden, target),
    request: { method, path: pathOf(url, file), body },
    answer: output ?? '',
    positive,
    concurrency: plan.concurrency,
    timeoutMs,
    file: {
      path: inside(directory, join(directory, file), file),
      digest,
      golden,
      isRequiring: plan.requirements.length > 0,
      ...(plan.load === undefined ? {} : { putsUnderLoad: true }),
    },
  };
};

const NO_JSON_LINES: readonly string[] = ['.csv', '.tsv', '.parquet'];

const readFiles = async (
  directory: string,
  file: string,
): Promise<{
  readonly plan: EvaluationPlan;
  readonly golden: string;
  readonly files: readonly SourceFile[];
}> => {
  const location = join(directory, file);
  const text = await readFile(location, 'utf8').catch((cause: unknown) => {
    throw sealError(`There is no evaluation file ${file}.`, { cause, data: { path: file } });
  });
  const plan = planOf(text, location, file, directory);
  const golden = inside(directory, plan.golden, 'the golden set');
  if (NO_JSON_LINES.includes(extname(golden).toLowerCase()))
    throw sealError(`The golden set ${golden} of ${file} is not in JSON lines.`, {
      data: { path: golden },
      todo: 'Write it as one JSON object a line; releases are not sealed with other kinds yet.',
    });
  const paths = new Set([inside(directory, location, file)]);
  const base = dirname(location);
  for (const named of textsIn(readYamlText(text, file).data)) {
    const path = relative(directory, join(base, named));
    if (path !== golden && releasePathProblem(path) === null && !path.startsWith('..')) paths.add(path);
  }
  const files: SourceFile[] = [];
  for (const path of paths) {
    const entry = await readSourceEntry(directory, join(directory, path), path).catch((error: unknown) => {
      // Most texts of the file are no names of files.
      if (path === inside(directory, location, file)) throw error;
      return null;
    });
    if (entry?.kind === 'file') files.push(entry.file);
  }
  return { plan, golden, files };
};

const planOf = (text: string, location: string, file: string, root: string): EvaluationPlan => {
  // What it is compared with is stable, whether or not the file names a baseline.
  const { plan, problems } = readEvaluation(text, location, true, root);
  if (plan !== null) return plan;
  const first = problems.find(({ severity }) => severity === 'error');
  const where = first === undefined ? '' : ` line ${first.line}: ${first.message}`;
  throw sealError(`The evaluation file ${file} cannot be used:${where}.`, { data: { problems } });
};

/** The file must be usable where there is nothing but what is sealed with it. */
const checkWithoutTheRest = async (files: readonly SourceFile[], file: string): Promise<void> => {
  const copy = await mkdtemp(join(tmpdir(), 'tidegate-evaluation-'));
  try {
    for (const { path, source } of files) {
      await mkdir(dirname(join(copy, path)), { recursive: true });
      await copyFile(source, join(copy, path));
    }
    const location = join(copy, file);
    planOf(await readFile(location, 'utf8'), location, file, copy);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
};

/** Every text in a value that could be the name of a file. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string')
    return value !== '' && value.length <= 1_024 && !/[\n\r]|:\/\/|^\//.test(value) ? [value] : [];
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn);
  return [];
};

const inside = (directory: string, path: string, what: string): string => {
  const found = relative(directory, path).split(sep).join('/');
  if (!found.startsWith('..') && releasePathProblem(found) === null) return found;
  throw sealError(`${what} stands outside of the folder of the service file.`, {
    data: { path },
    todo: 'Copy it below tidegate.yaml, so that it can be sealed with the release.',
  });
};

/** Path and query; what stands before them is the release's own address when it is evaluated. */
const pathOf = (url: string, file: string): string => {
  const found = /^(?:https?:\/\/[^/?#]*|\$\{env:[^}]*\})(\/[^#]*)?$/.exec(url);
  if (found === null)
    throw sealError(`The address of the target in ${file} has no path that can be told from its beginning.`, {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as people write it
      todo: 'Write http://HOST/PATH, or ${env:NAME}/PATH.',
    });
  return found[1] ?? '/';
};
