/** The value at an RFC 6901 pointer; undefined when there is nothing. The empty pointer is the whole value. */
export const atPointer = (value: unknown, pointer: string): unknown => {
  if (pointer === '') return value;
  let here: unknown = value;
  for (const token of pointer.slice(1).split('/')) {
    const key = token.includes('~') ? token.replaceAll('~1', '/').replaceAll('~0', '~') : token;
    if (Array.isArray(here)) {
      here = /^(0|[1-9]\d*)$/.test(key) ? here[Number(key)] : undefined;
    } else if (typeof here === 'object' && here !== null && Object.hasOwn(here, key)) {
      here = (here as Record<string, unknown>)[key];
    } else {
      return undefined;
    }
  }
  return here;
};

export const isPointer = (text: string): boolean => text === '' || /^\/(?:[^~]|~[01])*$/.test(text);
