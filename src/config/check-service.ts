import { dirname } from 'node:path';
import { checkFiles } from './check-files.ts';
import { checkMeaning } from './check-meaning.ts';
import { checkOutputSchemas } from './check-output-schemas.ts';
import { checkText } from './check-text.ts';
import type { Problem } from './problem.ts';
import type { Finding } from './read/finding.ts';
import type { ServiceConfig } from './service-config.ts';
import { toServiceConfig } from './to-service-config.ts';

export interface CheckedService {
  readonly problems: readonly Problem[];
  /** Null when there is an error among the problems. */
  readonly config: ServiceConfig | null;
  readonly place: (finding: Finding) => Problem;
}

/** Like `checkService`, with what came out. */
export const readService = (text: string, file: string): CheckedService => {
  const { problems, parsed, place } = checkText('service', {
    text,
    file,
    more: (data, typed) => [
      ...checkMeaning(data, typed),
      ...checkFiles(data, dirname(file)),
      ...checkOutputSchemas(data, dirname(file)),
    ],
  });
  return { problems, config: parsed === null ? null : toServiceConfig(parsed), place };
};

/**
 * Everything that is wrong with the text of a tidegate.yaml, in the order of the file. Never throws. Files it names are
 * looked for beside `file`, which itself need not exist.
 */
export const checkService = (text: string, file: string): readonly Problem[] =>
  readService(text, file).problems;
