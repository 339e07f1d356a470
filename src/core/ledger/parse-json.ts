/**
 * `JSON.parse` that gets names with escapes right. V8 (every version up to those of Node.js 24 and 26) can read such a name as another one, after
 * it has seen a name that begins with a backslash: https://github.com/nodejs/node/issues/63785. What is hashed must not
 * depend on what was read before.
 *
 * @throws SyntaxError as `JSON.parse` does.
 */
export function parseJson(text: string): unknown {
  if (!ESCAPE.test(text)) return JSON.parse(text);
  // Every name becomes a number without escapes, and gets its own back afterwards.
  const names: string[] = [];
  const renamed = text.replace(STRING, (string, colon: string | undefined) => {
    if (colon === undefined) return string;
    names.push(JSON.parse(string.slice(0, -colon.length)) as string);
    return `"${names.length - 1}"${colon}`;
  });
  return withNames(JSON.parse(renamed), names);
}

const ESCAPE = /\\/;
/** A string, and the colon after it if it is a name. */
const STRING = /"(?:[^"\\]|\\.)*"(\s*:)?/gs;

const withNames = (value: unknown, names: readonly string[]): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withNames(item, names));
  const members = Object.entries(value).map(([number, member]): [string, unknown] => [
    names[Number(number)]!,
    withNames(member, names),
  ]);
  // Not by assignment, for which `__proto__` is something else.
  return Object.fromEntries(members);
};
