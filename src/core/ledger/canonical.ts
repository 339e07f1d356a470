import { parseJson } from './parse-json.ts';

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
  return write(value, []);
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
    const value = parseJson(text);
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

/** Where the walk stands: names and indices from the root. Only an error makes text of it. */
type Place = (string | number)[];

const pathOf = (place: Place): string =>
  place.reduce<string>((path, at) => path + (typeof at === 'number' ? `[${at}]` : `.${at}`), '$');

function write(value: unknown, place: Place): string {
  switch (typeof value) {
    case 'string':
      return quote(value, place);
    case 'number':
      if (!Number.isFinite(value))
        throw new TypeError(`${pathOf(place)} is ${value}, which JSON cannot express`);
      return String(value === 0 ? 0 : value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (place.length >= maxDepth)
        throw new TypeError(`${pathOf(place).slice(0, 80)}... is nested deeper than ${maxDepth} levels`);
      return Array.isArray(value) ? writeArray(value, place) : writeObject(value, place);
    case 'undefined':
      throw new TypeError(`${pathOf(place)} is undefined, which JSON cannot express`);
    default:
      throw new TypeError(`${pathOf(place)} is a ${typeof value}, which JSON cannot express`);
  }
}

function writeArray(items: readonly unknown[], place: Place): string {
  let text = '[';
  for (let index = 0; index < items.length; index++) {
    if (index > 0) text += ',';
    place.push(index);
    text += write(items[index], place);
    place.pop();
  }
  return `${text}]`;
}

function writeObject(object: object, place: Place): string {
  if (!isPlain(object))
    throw new TypeError(
      `${pathOf(place)} is a ${object.constructor?.name ?? 'special object'}, not a plain object`,
    );
  if (Object.getOwnPropertySymbols(object).length > 0)
    throw new TypeError(`${pathOf(place)} has a member named by a symbol`);
  const values = object as Readonly<Record<string, unknown>>;
  let text = '{';
  for (const { name, quoted } of membersInOrder(Object.keys(values), place)) {
    if (text.length > 1) text += ',';
    place.push(name);
    text += quoted + write(values[name], place);
    place.pop();
  }
  return `${text}}`;
}

interface Member {
  readonly name: string;
  /** With its colon. */
  readonly quoted: string;
}

/** Names in the order in which an object has them; `sorted` is what they come to, once somebody has worked that out. */
interface Shape {
  readonly next: Map<string, Shape>;
  sorted: readonly Member[] | null;
}

const noNames: Shape = { next: new Map(), sorted: null };
const shapesAtMost = 5_000;
const keptNameLengthAtMost = 64;
let shapes = 0;

/**
 * Sorted as the RFC asks for: by UTF-16 code units, not by locale or code point. Objects of few shapes come again and
 * again, and sorting and quoting their names is two thirds of the work, so it is done once for the first that come.
 */
function membersInOrder(names: readonly string[], place: Place): readonly Member[] {
  let shape = noNames;
  for (const name of names) {
    let next = shape.next.get(name);
    if (next === undefined) {
      if (shapes >= shapesAtMost || name.length > keptNameLengthAtMost) return sorted(names, place);
      next = { next: new Map(), sorted: null };
      shape.next.set(name, next);
      shapes += 1;
    }
    shape = next;
  }
  shape.sorted ??= sorted(names, place);
  return shape.sorted;
}

const sorted = (names: readonly string[], place: Place): readonly Member[] =>
  [...names].sort().map((name) => ({ name, quoted: `${quote(name, place)}:` }));

function quote(text: string, place: Place): string {
  if (!text.isWellFormed())
    throw new TypeError(`${pathOf(place)} holds half of a surrogate pair, which UTF-8 cannot express`);
  return JSON.stringify(text);
}

/** Also true for objects of another realm, whose Object.prototype is another one. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
