/**
 * The JSON object that a model answered with: all of its answer, or all of one code block that is all of the answer. Null unless it has exactly
 * these keys. To look for JSON or a number anywhere in a text would let a judged answer write its own grade through a model that repeats it.
 */
export const readObject = <Key extends string>(
  content: unknown,
  keys: readonly Key[],
): Readonly<Record<Key, unknown>> | null => {
  if (typeof content !== 'string') return null;
  const [, inner = content] = /^\s*```(?:json)?\r?\n([\s\S]*)\r?\n```\s*$/.exec(content) ?? [];
  let value: unknown;
  try {
    value = JSON.parse(inner);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const own = Object.keys(value);
  return own.length === keys.length && keys.every((key) => own.includes(key))
    ? (value as Record<Key, unknown>)
    : null;
};
