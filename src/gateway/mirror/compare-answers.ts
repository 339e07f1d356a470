import type { AnswerComparison } from '../../core/routing/table.ts';

/** `incomparable`: stable's own answer has nothing that could be compared. */
export type Agreement = 'agree' | 'disagree' | 'incomparable';

/** Compares two answer bodies, stable's first; JSON by value, anything else byte by byte. */
export function compareAnswers(stable: Buffer, candidate: Buffer, how: AnswerComparison): Agreement {
  try {
    return compare(stable, candidate, how);
  } catch (error) {
    // Nested too deeply to be walked.
    if (error instanceof RangeError) return 'incomparable';
    throw error;
  }
}

function compare(stable: Buffer, candidate: Buffer, how: AnswerComparison): Agreement {
  const expected = asJson(stable);
  if (expected === undefined) {
    if (how.pointers.length > 0) return 'incomparable';
    return stable.equals(candidate) ? 'agree' : 'disagree';
  }
  const found = asJson(candidate);
  if (found === undefined) return 'disagree';
  if (how.pointers.length === 0) return isSame(expected, found, how.tolerance) ? 'agree' : 'disagree';
  let isComparable = false;
  for (const pointer of how.pointers) {
    const wanted = resolvePointer(expected, pointer);
    const given = resolvePointer(found, pointer);
    if (wanted === undefined && given === undefined) continue;
    isComparable = true;
    if (!isSame(wanted, given, how.tolerance)) return 'disagree';
  }
  return isComparable ? 'agree' : 'incomparable';
}

/** RFC 6901; undefined where it leads nowhere. */
export function resolvePointer(value: unknown, pointer: string): unknown {
  if (pointer === '') return value;
  let at: unknown = value;
  for (const token of pointer.replace(/^\//, '').split('/')) {
    if (typeof at !== 'object' || at === null) return undefined;
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (!Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

function isSame(a: unknown, b: unknown, tolerance: number): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a === b || Math.abs(a - b) <= tolerance;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(
    (key) =>
      Object.hasOwn(b, key) &&
      isSame((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], tolerance),
  );
}

function asJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
