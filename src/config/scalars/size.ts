import type { Reading } from './reading.ts';
import { show } from './show.ts';

const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

export const SIZE_PATTERN = '^[0-9]+(\\.[0-9]+)?(B|[kK]B|[MGT]B|[KMGT]iB)$';

/** `512MiB`, `1GiB` (powers of 1024) or `500MB` (powers of 1000), in bytes. */
export const readSize = (value: unknown): Reading<number> => {
  if (typeof value === 'number')
    return { problem: `a size needs a unit, got ${value}`, suggestion: `${value}MiB or ${value}B` };
  if (typeof value !== 'string') return { problem: `expected a size such as 512MiB, got ${show(value)}` };
  const [, digits, unit] = /^([0-9]+(?:\.[0-9]+)?)([a-zA-Z]+)$/.exec(value) ?? [];
  const factor = unit === undefined ? undefined : UNIT_BYTES[unit];
  if (digits === undefined || factor === undefined) return notASize(value);
  const bytes = Number(digits) * factor;
  if (!Number.isSafeInteger(bytes)) return { problem: `${value} is not a whole number of bytes` };
  return { value: bytes };
};

const notASize = (text: string): Reading<number> => {
  const problem = `${show(text)} is not a size`;
  const [, digits, letter] = /^\s*([0-9]+(?:\.[0-9]+)?)\s*([kmgt])(?:i?b|bytes?)?\s*$/i.exec(text) ?? [];
  if (digits !== undefined && letter !== undefined)
    return { problem, suggestion: `${digits}${letter.toUpperCase()}iB` };
  return {
    problem: `${problem}: write a number and one of KiB, MiB, GiB, TiB, kB, MB, GB, TB, such as 512MiB`,
  };
};
