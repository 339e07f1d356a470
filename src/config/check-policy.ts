import { checkText } from './check-text.ts';
import type { PolicyConfig } from './policy-config.ts';
import type { Problem } from './problem.ts';

/** Reads the text of a policy file; `config` is null when there is an error among the problems. */
export const readPolicy = (
  text: string,
  file: string,
): { readonly problems: readonly Problem[]; readonly config: PolicyConfig | null } => {
  const { problems, parsed } = checkText('policy', { text, file });
  return { problems, config: parsed };
};

/** Everything that is wrong with the text of a policy file. Never throws. */
export const checkPolicy = (text: string, file: string): readonly Problem[] =>
  readPolicy(text, file).problems;
