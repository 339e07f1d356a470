import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CHECK_LIMITS } from './check-limits.ts';
import { checkProblem } from './check-problem.ts';
import { show } from './scalars/show.ts';

export type SchemaFile = { readonly schema: unknown } | { readonly problem: string };

/** What is wrong with a JSON Schema for answers, as a phrase; null when it can be used. */
export function schemaProblem(schema: unknown): string | null {
  const text = JSON.stringify(schema) ?? '';
  if (Buffer.byteLength(text) > CHECK_LIMITS.schemaBytes)
    return `a JSON Schema may have at most ${CHECK_LIMITS.schemaBytes / 1024} KiB`;
  const problem = checkProblem.schema(schema);
  return problem === null ? null : `not a usable JSON Schema: ${problem}`;
}

/** Reads and checks the JSON Schema at `path`, relative to `directory`. Never throws. */
export function readSchemaFile(directory: string, path: string): SchemaFile {
  const file = resolve(directory, path);
  let text: string;
  try {
    const found = statSync(file);
    if (!found.isFile()) return { problem: `${show(path)} is not a file` };
    // Whatever the spaces: four times the limit is no schema within it that anybody wrote.
    if (found.size > 4 * CHECK_LIMITS.schemaBytes)
      return { problem: `${show(path)} is larger than a JSON Schema may be` };
    text = readFileSync(file, 'utf8');
  } catch {
    return { problem: `there is no file ${show(path)} that can be read` };
  }
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    return {
      problem: `${show(path)} is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  const problem = schemaProblem(schema);
  return problem === null ? { schema } : { problem: `${show(path)}: ${problem}` };
}
