import type { Prices } from '../core/cost/price.ts';
import { checkText } from './check-text.ts';
import { invalidConfig, RUN_AGAIN } from './invalid-config.ts';
import type { Problem } from './problem.ts';
import { readConfigFile } from './read-config-file.ts';

/** Reads the text of a file of prices; `prices` is null when there is an error among the problems. */
export const readPrices = (
  text: string,
  file: string,
): { readonly problems: readonly Problem[]; readonly prices: Prices | null } => {
  const { problems, parsed } = checkText('prices', { text, file });
  return { problems, prices: parsed };
};

/** @throws TidegateError `config-missing`, or one `config-invalid` whose `data.problems` (`Problem[]`) names everything. */
export const loadPrices = (path: string): Prices => {
  const { problems, prices } = readPrices(readConfigFile(path).text, path);
  if (prices === null) throw invalidConfig(problems, RUN_AGAIN);
  return prices;
};
