import type { DataSchema } from '../core/data-schema/data-schema.ts';
import { checkText } from './check-text.ts';
import { invalidConfig, RUN_AGAIN } from './invalid-config.ts';
import type { Problem } from './problem.ts';
import { readConfigFile } from './read-config-file.ts';

/** Reads the text of a data schema; `schema` is null when there is an error among the problems. */
export const readDataSchema = (
  text: string,
  file: string,
): { readonly problems: readonly Problem[]; readonly schema: DataSchema | null } => {
  const { problems, parsed } = checkText('data', { text, file });
  return { problems, schema: parsed };
};

/** @throws TidegateError `config-missing`, or one `config-invalid` whose `data.problems` (`Problem[]`) names everything. */
export const loadDataSchema = (path: string): DataSchema => {
  const { problems, schema } = readDataSchema(readConfigFile(path).text, path);
  if (schema === null) throw invalidConfig(problems, RUN_AGAIN);
  return schema;
};
