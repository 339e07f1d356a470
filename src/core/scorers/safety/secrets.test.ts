import { describe, expect, it } from 'vitest';
import { ORDINARY_TEXTS } from '../testing/ordinary-texts.ts';
import { entropyBits } from './entropy.ts';
import { findSecrets, withoutSecrets } from './secrets.ts';
import { hasTokenChecksum } from './token-checksum.ts';

// Put together here, so that no scanner takes this file for a leak. None of them was ever valid, or is any more.
const BODY = 'zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17';
const ROW = 'k3Jx9QmZ2vTb7LpWc5RdYh8NfSg4KaUe6MqXoPt1iVzBrHwDjEuGnCsFlOyA0I';
const row = (length: number): string => ROW.repeat(4).slice(0, length);
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('secrets with the shapes of their issuers', () => {
  it.each([
    ['private-key', `-----BEGIN ${'RSA '}PRIVATE KEY-----`],
    ['private-key', `-----BEGIN ${'OPENSSH '}PRIVATE KEY-----`],
    ['aws-access-key', `AKI${'A'}Z3QX7KDM2WVB5YTN`],
    ['github-token', `gh${'p'}_${BODY}`],
    ['github-token', `github${'_pat_'}${row(22)}_${row(59)}`],
    ['npm-token', `np${'m'}_${BODY}`],
    ['gitlab-token', `glpa${'t'}-${row(20)}`],
    ['slack-token', `xox${'b'}-123912731942-${row(24)}`],
    ['slack-webhook', `hooks.slack.${'com'}/services/T02QX7KDM2/B05YTNZ3QX/${row(24)}`],
    ['stripe-key', `sk_${'live'}_${row(24)}`],
    ['google-api-key', `AIz${'a'}${row(35)}`],
    ['openai-key', `sk-${'proj'}-${row(40)}T3Blbk${'FJ'}${row(40)}`],
    ['anthropic-key', `sk-${'ant'}-api03-${row(93)}AA`],
    ['hugging-face-token', `hf${'_'}kJxQmZvTbLpWcRdYhNfSgKaUeMqXoPtiVz`],
    ['sendgrid-key', `S${'G'}.${row(22)}.${row(43)}`],
    ['pypi-token', `pyp${'i'}-AgEIcHlwaS5vcmc${row(80)}`],
    ['json-web-token', `${encoded({ alg: 'HS256' })}.${encoded({ sub: 'anna', admin: true })}.${row(43)}`],
    ['password-in-address', 'postgres://app:h7Gq2LmZ@db.internal:5432/app'],
    ['assigned-secret', `OPENAI_API_KEY="${row(32)}"`],
    ['assigned-secret', `password: ${row(14)}`],
    ['assigned-secret', `{"client_secret_key": "${row(30)}"}`],
  ])('finds %s', (kind, secret) => {
    const text = `Here you are:\n${secret}\nKeep it safe.`;
    const found = findSecrets(text);
    expect(found.map((one) => one.kind)).toContain(kind);
    const { start, end } = found.find((one) => one.kind === kind)!;
    expect(secret).toContain(text.slice(start, end).slice(0, 30));
    expect(withoutSecrets().ofCase!({ output: text })).toBe(0);
  });
});

it('asks the checksum of a token that has one', () => {
  expect(hasTokenChecksum(BODY)).toBe(true);
  expect(hasTokenChecksum(`A${BODY.slice(1)}`)).toBe(false);
  expect(findSecrets(`gh${'p'}_A${BODY.slice(1)}`)).toEqual([]);
});

it('finds nothing in ordinary texts', () => {
  for (const text of ORDINARY_TEXTS) expect([text, findSecrets(text)]).toEqual([text, []]);
});

it('measures entropy in bits for each character', () => {
  expect(entropyBits('aaaa')).toBe(0);
  expect(entropyBits('abab')).toBe(1);
  expect(entropyBits('abcd')).toBe(2);
  expect(entropyBits('')).toBe(0);
});

it('takes time in proportion to hostile texts', () => {
  for (const text of [
    'a-'.repeat(100_000),
    'token'.repeat(40_000),
    'eyJ'.repeat(60_000),
    '://a:'.repeat(40_000),
    '='.repeat(200_000),
  ])
    expect(findSecrets(text)).toEqual([]);
});
