import { readFileSync } from 'node:fs';
import type { ScorerSurroundings } from '../../core/scorers/scorer-entry.ts';
import { TidegateError } from '../../errors.ts';
import type { SchemaTest } from './compile-json-schema.ts';
import { compileJsonSchema } from './compile-json-schema.ts';

/**
 * Reads tools as OpenAI's API takes them (`[{type: function, function: {name, parameters}}]`, or `[{name, parameters}]`) and tells
 * valid calls from others. @throws TidegateError `evaluation-unusable`
 */
export const toolSchemas = (path: string | null): ScorerSurroundings => {
  if (path === null) return { isValidCall: () => false };
  const tests = new Map<string, SchemaTest>();
  try {
    const tools: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!Array.isArray(tools)) throw new Error('it is no list');
    for (const tool of tools as Record<string, unknown>[]) {
      const { name, parameters } = (tool.function ?? tool) as Record<string, unknown>;
      if (typeof name !== 'string') throw new Error('a tool has no name');
      tests.set(name, compileJsonSchema(parameters ?? true));
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TidegateError('evaluation-unusable', `The tools in ${path} cannot be used: ${why}.`, {
      cause,
      place: { file: path },
      todo: 'Write a JSON list of {name, parameters}, with a JSON Schema as parameters.',
    });
  }
  return { isValidCall: ({ name, arguments: given }) => given !== null && tests.get(name)?.(given) === null };
};
