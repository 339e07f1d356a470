import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { loadPolicy } from '../../config/load-policy.ts';
import { loadServer } from '../../config/load-server.ts';
import { loadService } from '../../config/load-service.ts';
import type { Problem } from '../../config/problem.ts';
import { renderProblems } from '../../config/render-problems.ts';
import { isTidegateError } from '../../errors.ts';
import type { CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { findServiceFile } from '../find-service-file.ts';

export const validate: CommandSpec = {
  name: 'validate',
  summary: 'check the configuration files without a server',
  details:
    'Checks tidegate.yaml, and where they exist tidegate.server.yaml beside it and the policies that it names.',
  arguments: [{ name: '[file]', summary: 'a tidegate.yaml (default: the nearest)' }],
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
    const service = serviceFile(io.cwd, named, config);
    if (service !== null) {
      const loaded = check(service, loadService);
      problems.push(...(loaded?.warnings ?? []));
    }
    const serverFile = config ?? join(dirname(service ?? io.cwd), 'tidegate.server.yaml');
    if (config !== null || existsSync(serverFile)) {
      const server = check(serverFile, loadServer);
      for (const policy of new Set(server?.config.environments.flatMap((one) => one.policy ?? []) ?? []))
        check(policy, loadPolicy);
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

const mark = (file: string, problems: readonly Problem[]): string => {
  const errors = problems.filter((one) => one.severity === 'error' && resolve(one.file) === resolve(file));
  return errors.length === 0 ? `✔ valid    ${file}` : `✘ invalid  ${file}`;
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
