import { z } from 'zod';
import { closest } from '../closest.ts';
import type { Reading } from '../scalars/reading.ts';
import { show } from '../scalars/show.ts';

/** Rides on a zod issue and is read again by `findingsOf`. */
export interface IssueNotes {
  readonly suggestion?: string;
  /** The value is of another kind (map, list, scalar) than this branch of a union is about. */
  readonly otherKind?: true;
}

/**
 * A scalar with its own unit: read by a plain function, whose words become the problem, and described to editors by a
 * piece of draft-07 JSON Schema.
 */
export const scalar = <T>(read: (value: unknown) => Reading<T>, json: Record<string, unknown>) =>
  z
    .unknown()
    .meta(json)
    .transform((value, context): T => {
      const reading = value === undefined ? { problem: 'is missing' } : read(value);
      if ('value' in reading) return reading.value;
      const notes: IssueNotes = {
        ...(reading.suggestion === undefined ? {} : { suggestion: reading.suggestion }),
        ...(typeof value === 'object' && value !== null ? { otherKind: true } : {}),
      };
      context.addIssue({ code: 'custom', message: reading.problem, params: { ...notes } });
      return z.NEVER;
    });

/** One of a few words. */
export const choice = <const T extends string>(words: readonly T[]) =>
  scalar<T>(
    (value) => {
      const found = words.find((word) => word === value);
      if (found !== undefined) return { value: found };
      const meant = typeof value === 'string' ? closest(value, words) : undefined;
      return {
        problem: `${show(value)} is not one of ${words.join(', ')}`,
        ...(meant === undefined ? {} : { suggestion: meant }),
      };
    },
    { type: 'string', enum: [...words] },
  );

/** A text that says something, such as a command. */
export const sentence = (what: string, longest: number) =>
  scalar<string>(
    (value) => {
      if (typeof value !== 'string') return { problem: `expected ${what}, got ${show(value)}` };
      if (value.trim() === '') return { problem: `${what} must not be empty` };
      if (value.includes('\0')) return { problem: `${what} must not contain a zero byte` };
      if (value.length > longest) return { problem: `${what} is longer than ${longest} characters` };
      return { value: value.trim() };
    },
    { type: 'string', minLength: 1, maxLength: longest },
  );

/** A whole number in a range, both ends included. */
export const count = (least: number, most: number) =>
  scalar<number>(
    (value) => {
      if (typeof value !== 'number')
        return { problem: `expected a whole number, got ${show(value)}`, ...asNumber(value) };
      if (!Number.isInteger(value)) return { problem: `expected a whole number, got ${value}` };
      if (value < least || value > most)
        return { problem: `${value} is out of range: from ${least} to ${most}` };
      return { value };
    },
    { type: 'integer', minimum: least, maximum: most },
  );

/** A number above zero (or from zero on). */
export const quantity = ({ zero }: { readonly zero: boolean }) =>
  scalar<number>(
    (value) => {
      if (typeof value !== 'number' || !Number.isFinite(value))
        return { problem: `expected a number, got ${show(value)}`, ...asNumber(value) };
      if (value < 0 || (value === 0 && !zero))
        return { problem: `${value} is out of range: it must be ${zero ? 'at least' : 'above'} 0` };
      return { value };
    },
    { type: 'number', ...(zero ? { minimum: 0 } : { exclusiveMinimum: 0 }) },
  );

/** `true` or `false`; YAML 1.2 knows no yes, no, on, off. */
export const flag = () =>
  scalar<boolean>(
    (value) => {
      if (typeof value === 'boolean') return { value };
      const meant = /^(yes|y|on|true|1)$/i.test(String(value))
        ? 'true'
        : /^(no|n|off|false|0)$/i.test(String(value))
          ? 'false'
          : undefined;
      return {
        problem: `expected true or false, got ${show(value)}`,
        ...(meant === undefined ? {} : { suggestion: meant }),
      };
    },
    { type: 'boolean' },
  );

const asNumber = (value: unknown): { suggestion?: string } =>
  typeof value === 'string' && /^-?[0-9]+(\.[0-9]+)?$/.test(value) ? { suggestion: value } : {};
