const SPACE = /[ \t\n\r]*/y;
const SCALAR =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them inside a text
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * The column, from 1, at which a text stops being JSON (RFC 8259); null when it is JSON. `JSON.parse` says so only of some faults. A broken
 * text or word is named by its beginning.
 */
export const jsonFaultColumn = (text: string): number | null => {
  let at = 0;
  const skip = (): void => {
    SPACE.lastIndex = at;
    at += SPACE.exec(text)?.[0].length ?? 0;
  };
  const scalar = (): boolean => {
    SCALAR.lastIndex = at;
    let found: string | undefined;
    try {
      found = SCALAR.exec(text)?.[0];
    } catch (error) {
      // A text of many megabytes is more than the expression has room for; its beginning is named, as of a broken one.
      if (!(error instanceof RangeError)) throw error;
    }
    at += found?.length ?? 0;
    return found !== undefined;
  };
  const take = (character: string): boolean => {
    skip();
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };
  // What closes each open list or map; a stack of our own, for broken files may be nested a million deep.
  const open: string[] = [];
  const key = (): boolean => {
    skip();
    return text[at] === '"' && scalar() && take(':');
  };
  for (;;) {
    skip();
    const opened = text[at] === '{' ? '}' : text[at] === '[' ? ']' : null;
    if (opened === null) {
      if (!scalar()) return at + 1;
    } else {
      at += 1;
      if (!take(opened)) {
        open.push(opened);
        if (opened === '}' && !key()) return at + 1;
        continue;
      }
    }
    for (;;) {
      const closing = open.at(-1);
      if (closing === undefined) {
        skip();
        return at === text.length ? null : at + 1;
      }
      if (take(closing)) open.pop();
      else if (take(',')) {
        if (closing === '}' && !key()) return at + 1;
        break;
      } else return at + 1;
    }
  }
};
