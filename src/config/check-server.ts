import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { checkText } from './check-text.ts';
import type { Problem } from './problem.ts';
import type { Finding } from './read/finding.ts';
import { show } from './scalars/show.ts';
import type { ServerConfig } from './server-config.ts';

/** Reads the text of a tidegate.server.yaml; `config` is null when there is an error among the problems. */
export const readServer = (
  text: string,
  file: string,
): { readonly problems: readonly Problem[]; readonly config: ServerConfig | null } => {
  const directory = dirname(resolve(file));
  const { problems, parsed } = checkText('server', {
    text,
    file,
    more: (data) => absentPolicies(data, directory),
  });
  if (parsed === null) return { problems, config: null };
  const environments = parsed.environments.map((each) => ({
    ...each,
    policy: each.policy === null ? null : resolve(directory, each.policy),
  }));
  return { problems, config: { ...parsed, environments } };
};

/** Everything that is wrong with the text of a tidegate.server.yaml. Never throws. */
export const checkServer = (text: string, file: string): readonly Problem[] =>
  readServer(text, file).problems;

const absentPolicies = (data: unknown, directory: string): Finding[] => {
  const environments = (data as { environments?: unknown } | null)?.environments;
  if (!Array.isArray(environments)) return [];
  return environments.flatMap((each: { policy?: unknown } | null, index): Finding[] => {
    const policy = each?.policy;
    if (typeof policy !== 'string' || policy.trim() === '' || isFile(resolve(directory, policy.trim())))
      return [];
    const message = `there is no file ${show(policy)}`;
    return [{ severity: 'error', path: ['environments', index, 'policy'], part: 'value', message }];
  });
};

const isFile = (path: string): boolean => {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
};
