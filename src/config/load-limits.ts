import type { Limits } from '../core/limits/limits.ts';
import { checkText } from './check-text.ts';
import { invalidConfig, RUN_AGAIN } from './invalid-config.ts';
import type { Problem } from './problem.ts';
import { readConfigFile } from './read-config-file.ts';

/** Reads the text of a limits file; `limits` is null when there is an error among the problems. */
export const readLimits = (
  text: string,
  file: string,
): { readonly problems: readonly Problem[]; readonly limits: Limits | null } => {
  const { problems, parsed } = checkText('limits', { text, file });
  return { problems, limits: parsed };
};

/** @throws TidegateError `config-missing`, or one `config-invalid` whose `data.problems` (`Problem[]`) names everything. */
export const loadLimits = (path: string): Limits => {
  const { problems, limits } = readLimits(readConfigFile(path).text, path);
  if (limits === null) throw invalidConfig(problems, RUN_AGAIN);
  return limits;
};
