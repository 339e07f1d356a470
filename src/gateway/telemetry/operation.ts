/** What a model is asked to do, in the words of OpenTelemetry's conventions for generative AI (`gen_ai.operation.name`). */
export type Operation = 'chat' | 'text_completion' | 'embeddings' | 'generate_content';

/** By the end of the path, for a service may stand behind one of its own. */
const ENDS: readonly (readonly [string, Operation])[] = [
  ['/chat/completions', 'chat'],
  ['/v1/messages', 'chat'],
  ['/completions', 'text_completion'],
  ['/embeddings', 'embeddings'],
  ['/v1/responses', 'chat'],
  ['/images/generations', 'generate_content'],
  ['/audio/speech', 'generate_content'],
];

/** Null for paths at which no model works, such as `/v1/models`. `path` may have a query. */
export function operationOf(path: string): Operation | null {
  const query = path.indexOf('?');
  const end = query === -1 ? path.length : query;
  for (const [text, operation] of ENDS) if (path.endsWith(text, end)) return operation;
  return null;
}
