/**
 * Canonical JSON after RFC 8785 (JSON Canonicalization Scheme): one value, one sequence of bytes. Members stand in the
 * order of their names' UTF-16 code units, numbers are printed as ECMAScript prints them, nothing is spaced out.
 *
 * Where `JSON.stringify` drops or bends a value in silence (undefined, NaN, a Date, a lone surrogate), this throws:
 * what is hashed must be what the caller meant.
 */

/** Deeper values are refused; this is also how a cycle is noticed. */
export const maxDepth = 200;

/**
 * The canonical text of a JSON value.
 * @throws TypeError that names the place (`$.a[2]`) when the value has no JSON form.
 */
export function canonicalText(value: unknown): string {
  return write(value, '$', 0);
}

/** The canonical UTF-8 bytes of a JSON value. @throws TypeError as `canonicalText` does. */
export function canonicalize(value: unknown): Uint8Array {
  return encoder.encode(canonicalText(value));
}

export type CanonicalReading =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly detail: string };

/** Reads bytes back, and says so when they are not exactly the canonical form of what they mean. */
export function parseCanonical(bytes: Uint8Array): CanonicalReading {
  try {
    const text = decoder.decode(bytes);
    const value: unknown = JSON.parse(text);
    // Comparing the whole text also finds repeated names, of which JSON.parse keeps the last in silence.
    return canonicalText(value) === text
      ? { ok: true, value }
      : { ok: false, detail: 'valid JSON, but not in canonical form' };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

const encoder = new TextEncoder();
// A byte order mark is kept, so that it is refused as what it is: bytes that do not belong there.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function write(value: unknown, path: string, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quote(value, path);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${path} is ${value}, which JSON cannot express`);
      return String(value === 0 ? 0 : value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth >= maxDepth)
        throw new TypeError(`${path.slice(0, 80)}... is nested deeper than ${maxDepth} levels`);
      return Array.isArray(value) ? writeArray(value, path, depth) : writeObject(value, path, depth);
    case 'undefined':
      throw new TypeError(`${path} is undefined, which JSON cannot express`);
    default:
      throw new TypeError(`${path} is a ${typeof value}, which JSON cannot express`);
  }
}

function writeArray(items: readonly unknown[], path: string, depth: number): string {
  let text = '[';
  for (let index = 0; index < items.length; index++) {
    if (index > 0) text += ',';
    text += write(items[index], `${path}[${index}]`, depth + 1);
  }
  return `${text}]`;
}

function writeObject(object: object, path: string, depth: number): string {
  if (!isPlain(object))
    throw new TypeError(`${path} is a ${object.constructor?.name ?? 'special object'}, not a plain object`);
  if (Object.getOwnPropertySymbols(object).length > 0)
    throw new TypeError(`${path} has a member named by a symbol`);
  const members = object as Readonly<Record<string, unknown>>;
  let text = '{';
  // The default sort of strings is the order the RFC asks for: by UTF-16 code units, not by locale or code point.
  for (const name of Object.keys(members).sort()) {
    if (text.length > 1) text += ',';
    text += `${quote(name, path)}:${write(members[name], `${path}.${name}`, depth + 1)}`;
  }
  return `${text}}`;
}

function quote(text: string, path: string): string {
  if (!text.isWellFormed())
    throw new TypeError(`${path} holds half of a surrogate pair, which UTF-8 cannot express`);
  return JSON.stringify(text);
}

/** Also true for objects of another realm, whose Object.prototype is another one. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
