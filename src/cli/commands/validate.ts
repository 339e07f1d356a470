import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { loadEvaluation } from '../../config/load-evaluation.ts';
import { type LoadedPolicy, loadPolicy } from '../../config/load-policy.ts';
import { loadServer } from '../../config/load-server.ts';
import { type LoadedService, loadService } from '../../config/load-service.ts';
import type { Problem } from '../../config/problem.ts';
import { readYamlText } from '../../config/read/yaml-text.ts';
import { readConfigFile } from '../../config/read-config-file.ts';
import { renderProblems } from '../../config/render-problems.ts';
import { requiresItself } from '../../config/requires-itself.ts';
import { unaskedWarning } from '../../config/unasked-golden-set.ts';
import { isTidegateError } from '../../errors.ts';
import type { CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { findServiceFile } from '../find-service-file.ts';

const EVALUATION_FILE = 'tidegate-eval.yaml';

export const validate: CommandSpec = {
  name: 'validate',
  summary: 'check the configuration files without a server',
  details:
    'Checks tidegate.yaml, and where they exist tidegate-eval.yaml and tidegate.server.yaml beside it and the policies that it names. ' +
    'A file of an evaluation can be named, too: it is known by what stands in it.',
  arguments: [
    { name: '[file]', summary: 'a tidegate.yaml (default: the nearest) or the file of an evaluation' },
  ],
  options: [{ flags: '-c, --config <path>', summary: 'the tidegate.server.yaml' }],
  uses: ['output'],
  async run({ io, arguments: [named], options, show, say }) {
    const config = typeof options.config === 'string' ? resolve(io.cwd, options.config) : null;
    const files: string[] = [];
    const problems: Problem[] = [];
    const check = <T>(path: string, load: (path: string) => T): T | null => {
      files.push(path);
      const { value, found } = problemsOf(() => load(path));
      problems.push(...found);
      return value;
    };
    // What must not be worse than a baseline may be run with one that the command line names.
    const checkEvaluation = (path: string): unknown => check(path, (file) => loadEvaluation(file, true));
    const evaluation = evaluationFile(io.cwd, named);
    if (evaluation !== null) checkEvaluation(evaluation);
    const service = evaluation === null ? serviceFile(io.cwd, named, config) : null;
    let shipped: LoadedService | null = null;
    /** A policy that is not valid may require something; absent: the default policy holds, which requires nothing. */
    let mayRequire = false;
    if (service !== null) {
      const beside = join(dirname(service), EVALUATION_FILE);
      if (named === undefined && existsSync(beside)) checkEvaluation(beside);
      const loaded = check(service, loadService);
      problems.push(...(loaded?.warnings ?? []));
      shipped = loaded;
    }
    const serverFile = config ?? join(dirname(service ?? io.cwd), 'tidegate.server.yaml');
    if (config !== null || (evaluation === null && existsSync(serverFile))) {
      const server = check(serverFile, loadServer);
      for (const policy of new Set(server?.config.environments.flatMap((one) => one.policy ?? []) ?? []))
        mayRequire = requires(check(policy, loadPolicy)) || mayRequire;
    }
    if (service !== null && shipped?.config.evaluation != null && !mayRequire) {
      const isAsked = problemsOf(() => requiresItself(shipped.config, dirname(service))).value ?? true;
      const where = existsSync(serverFile) ? 'in any environment' : 'by the default policy';
      if (!isAsked) problems.push(unaskedWarning(shipped, service, where));
    }
    const isValid = !problems.some(({ severity }) => severity === 'error');
    show({ valid: isValid, files, problems }, () =>
      isValid
        ? files.map((file) => `✔ valid  ${file}`).join('\n')
        : files.map((file) => mark(file, problems)).join('\n'),
    );
    if (problems.length > 0) say(renderProblems(problems));
    return isValid ? exitCode.good : exitCode.usage;
  },
};

const requires = (policy: LoadedPolicy | null): boolean =>
  policy === null || policy.config.evaluation.require.length > 0;

const mark = (file: string, problems: readonly Problem[]): string => {
  const errors = problems.filter((one) => one.severity === 'error' && resolve(one.file) === resolve(file));
  return errors.length === 0 ? `✔ valid    ${file}` : `✘ invalid  ${file}`;
};

/** The file of an evaluation that was named, or the only file that is here; null where there is none or a service to check. */
const evaluationFile = (cwd: string, named: string | undefined): string | null => {
  if (named !== undefined) {
    const file = resolve(cwd, named);
    return existsSync(file) && isEvaluation(file) ? file : null;
  }
  const usual = resolve(cwd, EVALUATION_FILE);
  if (!existsSync(usual)) return null;
  try {
    findServiceFile(cwd, undefined);
    return null;
  } catch (error) {
    if (isTidegateError(error, 'config-missing')) return usual;
    throw error;
  }
};

/** A tidegate.yaml has none of these keys at its top. Of a file that is no YAML, its name says what it is. */
const isEvaluation = (file: string): boolean => {
  const { data } = readYamlText(readConfigFile(file).text, file);
  if (typeof data !== 'object' || data === null) return basename(file) === EVALUATION_FILE;
  return ['golden', 'target', 'scorers'].some((key) => Object.hasOwn(data, key));
};

/** Null when only a server file was asked for and no service is here. */
const serviceFile = (cwd: string, named: string | undefined, config: string | null): string | null => {
  try {
    return findServiceFile(cwd, named);
  } catch (error) {
    if (config !== null && isTidegateError(error, 'config-missing')) return null;
    throw error;
  }
};

const problemsOf = <T>(load: () => T): { value: T | null; found: readonly Problem[] } => {
  try {
    return { value: load(), found: [] };
  } catch (error) {
    const problems = isTidegateError(error, 'config-invalid') ? error.data?.problems : undefined;
    if (!Array.isArray(problems) || problems.length === 0) throw error;
    return { value: null, found: problems as Problem[] };
  }
};
