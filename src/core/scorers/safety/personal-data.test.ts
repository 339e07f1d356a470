import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../testing/golden-vectors.ts';
import { ORDINARY_TEXTS } from '../testing/ordinary-texts.ts';
import { findCardNumbers, isCardNumber } from './card-number.ts';
import { passesLuhn, passesMod97 } from './check-digits.ts';
import { findEmails, findPhones } from './contact-data.ts';
import { findIbans, IBAN_LENGTHS, isIban } from './iban.ts';
import { findNationalNumbers, isFrenchNir, isGermanTaxId, isUkNino, isUsSsn } from './national-number.ts';
import type { PersonalData } from './personal-data.ts';
import { findPersonalData, PERSONAL_DATA, withoutPersonalData } from './personal-data.ts';

// The verdicts come from python-stdnum; scripts/reference-vectors says how.

type Verdicts = readonly (readonly [string, boolean])[];

const vectors = goldenVectors<
  Readonly<Record<'luhn' | 'mod97' | 'iban' | 'ssn' | 'taxId' | 'nir', Verdicts>>
>(new URL('safety.golden.json', import.meta.url));

describe('agrees with python-stdnum', () => {
  it.each([
    ['Luhn', 'luhn', passesLuhn],
    ['MOD 97-10', 'mod97', passesMod97],
    ['IBAN', 'iban', isIban],
    ['US SSN', 'ssn', isUsSsn],
    ['Steuer-ID', 'taxId', isGermanTaxId],
    ['NIR', 'nir', isFrenchNir],
  ] as const)('on %s', (_, name, isValid) => {
    expect(vectors[name].map(([number]) => [number, isValid(number)])).toEqual(vectors[name]);
    expect(new Set(vectors[name].map(([, verdict]) => verdict)).size).toBe(2);
  });

  it('on the countries that have an IBAN', () => {
    const countries = new Set(vectors.iban.map(([number]) => number.slice(0, 2)));
    expect([...IBAN_LENGTHS.keys()].sort()).toEqual([...countries].sort());
  });
});

const texts = (text: string, found: readonly { readonly start: number; readonly end: number }[]): string[] =>
  found.map(({ start, end }) => text.slice(start, end));

describe('cards', () => {
  // Numbers that the networks publish for tests.
  it.each([
    '4111 1111 1111 1111',
    '4012888888881881',
    '4222222222222',
    '5555-5555-5555-4444',
    '2223003122003222',
    '3782 822463 10005',
    '371449635398431',
    '6011111111111117',
    '3530111333300000',
    '3056 930902 5904',
    '6200000000000005',
  ])('finds %s in a sentence', (number) => {
    const text = `Paid with ${number}, thank you.`;
    expect(texts(text, findCardNumbers(text))).toEqual([number]);
  });

  it('wants a known beginning, a fitting length, the check digit, and nothing that touches', () => {
    const withCheckDigit = (digits: string): string =>
      [...'0123456789'].map((last) => digits + last).find(passesLuhn)!;
    expect(isCardNumber(withCheckDigit('411111111111111'))).toBe(true);
    expect(isCardNumber(withCheckDigit('4111111111111111'))).toBe(false);
    expect(isCardNumber(withCheckDigit('911111111111111'))).toBe(false);
    expect(isCardNumber('4111111111111112')).toBe(false);
    for (const text of [
      '0.4111111111111111',
      'x4111111111111111',
      '41111111111111110',
      '4111 1111-1111 1111',
    ])
      expect(findCardNumbers(text)).toEqual([]);
  });
});

it('finds IBANs with and without spaces, in either case, and only whole ones', () => {
  const text =
    'Send it to DE89 3704 0044 0532 0130 00 or gb82west12345698765432. Not DE88 3704 0044 0532 0130 00, not DE89370400440532013000X.';
  expect(texts(text, findIbans(text))).toEqual(['DE89 3704 0044 0532 0130 00', 'gb82west12345698765432']);
  expect(findIbans('DE89')).toEqual([]);
  expect(findIbans('NO93 8601 1117 947 and more words behind')).toHaveLength(1);
});

it('wants the length of the country even where the check digits are right', () => {
  const withCheckDigits = (rest: string): string =>
    Array.from({ length: 97 }, (_, i) => `DE${`${i + 2}`.padStart(2, '0')}${rest}`).find((number) =>
      passesMod97(number.slice(4) + number.slice(0, 4)),
    )!;
  expect(isIban(withCheckDigits('370400440532013000'))).toBe(true);
  expect(isIban(withCheckDigits('37040044053201300'))).toBe(false);
  expect(isIban(withCheckDigits('3704004405320130000'))).toBe(false);
});

it('finds national numbers, and bare ones only beside a word that names them', () => {
  const text = [
    'SSN 536-90-4399 or 536 90 4399; social security number 536904399 but not 536904399000;',
    'NINO AB 12 34 56 C and ab123456c; Steuer-ID 36 574 261 809, Steuernummer: 36574261809;',
    'NIR 2 95 10 99 126 111 93 or 295109912611193, in Corsica 253072B07300470.',
  ].join('\n');
  expect(texts(text, findNationalNumbers(text)).toSorted()).toEqual(
    [
      ...['536-90-4399', '536 90 4399', '536904399', 'AB 12 34 56 C', 'ab123456c', '36 574 261 809'],
      ...['36574261809', '2 95 10 99 126 111 93', '295109912611193', '253072B07300470'],
    ].toSorted(),
  );
  expect(findNationalNumbers('The numbers 536904399 and 36574261809 have no name here at all.')).toEqual([]);
});

it('knows which prefixes a National Insurance number may have', () => {
  for (const wrong of ['QQ123456C', 'BG123456A', 'AO123456A', 'DA123456A', 'AB123456E', 'AB12345A'])
    expect([wrong, isUkNino(wrong)]).toEqual([wrong, false]);
  expect(isUkNino('JG103759A')).toBe(true);
});

it('finds addresses of e-mail, and none in domains for examples', () => {
  const text =
    'anna.b-c+tag@mail.tidegate-demo.dev, <o_k@a.io>; no@dots, @user, a@b..com, x@example.org, y@sub.test';
  expect(texts(text, findEmails(text))).toEqual(['anna.b-c+tag@mail.tidegate-demo.dev', 'o_k@a.io']);
});

it('finds telephone numbers of E.164', () => {
  const text =
    'Call +49 30 901820, +1 (415) 555-2671, +442071838750 or +33.1.42.68.53.00. Not +999 1234567890, not +12345.';
  expect(texts(text, findPhones(text))).toEqual([
    '+49 30 901820',
    '+1 (415) 555-2671',
    '+442071838750',
    '+33.1.42.68.53.00',
  ]);
});

it('finds nothing in ordinary texts', () => {
  for (const text of ORDINARY_TEXTS) expect([text, findPersonalData(text)]).toEqual([text, []]);
});

it('scores 0 for the kinds it is asked about', () => {
  const score = (kinds: readonly PersonalData[]) =>
    withoutPersonalData({ kinds }).ofCase!({ output: 'Write to jo@tidegate-demo.dev' });
  expect(score(PERSONAL_DATA)).toBe(0);
  expect(score(['card'])).toBe(1);
});

it('takes time in proportion to hostile texts', () => {
  for (const text of ['1 ', '1-', '4111 ', 'DE89 ', 'ab12', '+1 ', '+1(', 'a.', 'a@', 'x@y.'].map((part) =>
    part.repeat(40_000),
  ))
    findPersonalData(text);
});
