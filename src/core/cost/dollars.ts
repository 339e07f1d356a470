import { NANOS_A_DOLLAR } from './price.ts';

const DIGITS = 9;

/** A decimal number of dollars as whole nano-dollars; null for what is none, negative, finer than that or beyond 2^53 of them. */
export function nanosOf(dollars: string): number | null {
  const [, whole, part = ''] = /^([0-9]+)(?:\.([0-9]+))?$/.exec(dollars) ?? [];
  if (whole === undefined) return null;
  const digits = part.replace(/0+$/, '');
  if (digits.length > DIGITS) return null;
  const nanos = BigInt(whole) * BigInt(NANOS_A_DOLLAR) + BigInt(digits.padEnd(DIGITS, '0'));
  return nanos <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(nanos) : null;
}

/** `$0.00` for nothing; otherwise cents at least, and as many more digits as it takes to be exact. */
export function dollarText(nanos: number): string {
  const whole = Math.floor(nanos / NANOS_A_DOLLAR);
  const part = String(nanos % NANOS_A_DOLLAR).padStart(DIGITS, '0');
  return `$${whole.toLocaleString('en')}.${part.replace(/0{1,7}$/, '')}`;
}
