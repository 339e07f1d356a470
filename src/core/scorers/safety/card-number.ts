import { passesLuhn } from './check-digits.ts';
import type { Finding } from './finding.ts';
import { findAll } from './finding.ts';

/**
 * Numbers of payment cards: 13 to 19 digits, alone or in groups with one kind of separator, that begin like those of a known
 * network, have a length that it uses, and pass Luhn's check.
 */
export const findCardNumbers = (text: string): Finding<'card'>[] =>
  findAll(text, 'card', CANDIDATE, (match) => isCardNumber(match.replace(/[ -]/g, '')));

/** `digits` has no separators. */
export const isCardNumber = (digits: string): boolean => {
  if (!/^\d{13,19}$/.test(digits)) return false;
  const six = Number(digits.slice(0, 6));
  const { length } = digits;
  const isKnown = NETWORKS.some(
    ([from, to, lengths]) => six >= from && six <= to && lengths.includes(length),
  );
  return isKnown && passesLuhn(digits);
};

// No digit, letter or decimal point may touch it: it would be a part of something longer.
const CANDIDATE =
  /(?<![\p{L}\p{N}_]|\d[.,-])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?|\d{4}([ -])\d{6}\2\d{4,5})(?![\p{L}\p{N}_]|[.,-]\d)/gu;

/** First six digits from and to, and lengths. */
const NETWORKS: readonly (readonly [from: number, to: number, lengths: readonly number[]])[] = [
  [400_000, 499_999, [13, 16, 19]], // Visa
  [510_000, 559_999, [16]], // Mastercard
  [222_100, 272_099, [16]], // Mastercard
  [340_000, 349_999, [15]], // American Express
  [370_000, 379_999, [15]], // American Express
  [601_100, 601_199, [16, 19]], // Discover
  [644_000, 659_999, [16, 19]], // Discover
  [620_000, 629_999, [16, 17, 18, 19]], // UnionPay
  [352_800, 358_999, [16, 17, 18, 19]], // JCB
  [300_000, 305_999, [14, 16, 19]], // Diners Club
  [309_500, 309_599, [14, 16, 19]], // Diners Club
  [360_000, 369_999, [14, 16, 19]], // Diners Club
  [380_000, 399_999, [16, 19]], // Diners Club
];
