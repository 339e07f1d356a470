import { readPolicy } from './check-policy.ts';
import { invalidConfig } from './invalid-config.ts';
import type { PolicyConfig } from './policy-config.ts';
import { readConfigFile } from './read-config-file.ts';
import type { Source } from './source.ts';

export interface LoadedPolicy {
  readonly config: PolicyConfig;
  /** Null when no file was named and everything is a default. */
  readonly source: Source | null;
}

/**
 * Reads the policy of an environment; null gives the default policy.
 * @throws TidegateError `config-missing`, or one `config-invalid` whose `data.problems` (`Problem[]`) names everything.
 */
export const loadPolicy = (path: string | null): LoadedPolicy => {
  const source = path === null ? null : readConfigFile(path);
  const { config, problems } = readPolicy(source?.text ?? '', path ?? 'defaults');
  if (config === null) throw invalidConfig(problems);
  return { config, source };
};
