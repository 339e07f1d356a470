import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { goldenCases, goldenFile, hasHtmlPart } from './golden.ts';
import { liveMails } from './traffic/live-mails.ts';
import { readCorpus } from './training/corpus.ts';

const mails = readCorpus();

test('the file that is checked in is the one that is generated', () => {
  expect(readFileSync(join(import.meta.dirname, 'golden.jsonl'), 'utf8')).toBe(goldenFile());
});

test('has enough cases of both labels and stays small', () => {
  const cases = goldenCases();
  expect(cases.length).toBeGreaterThanOrEqual(300);
  expect(new Set(cases.map((each) => each.id)).size).toBe(cases.length);
  expect(cases.filter((each) => each.expected === 'spam').length).toBeGreaterThanOrEqual(100);
  expect(Buffer.byteLength(goldenFile())).toBeLessThan(2_000_000);
});

test('no mail, and no copy of its body, serves two uses', () => {
  const bodiesOf = (use: string) =>
    new Set(mails.filter((mail) => mail.use === use).map((mail) => mail.bodyDigest));
  const [train, golden, live] = [bodiesOf('train'), bodiesOf('golden'), bodiesOf('live')];
  const shared = (one: Set<string>, other: Set<string>) => [...one].filter((body) => other.has(body));
  expect([...shared(train, golden), ...shared(train, live), ...shared(golden, live)]).toEqual([]);
  const goldenIds = new Set(goldenCases().map((each) => each.id));
  const used = mails.filter((mail) => goldenIds.has(mail.id));
  expect(used).toHaveLength(goldenIds.size);
  expect(used.filter((mail) => train.has(mail.bodyDigest))).toEqual([]);
});

test('lacks HTML and long mail, of which live mail has plenty', () => {
  const golden = goldenCases().map((each) => ({ text: each.input.inputs[0].data[0] }));
  expect(golden.filter(hasHtmlPart)).toEqual([]);
  expect(Math.max(...golden.map((mail) => mail.text.length))).toBeLessThanOrEqual(8_000);
  const live = liveMails();
  expect(live.filter(hasHtmlPart).length / live.length).toBeGreaterThan(0.2);
  const longShare = live.filter((mail) => mail.text.length > 16_384).length / live.length;
  expect(longShare).toBeGreaterThan(0.03);
  expect(longShare).toBeLessThan(0.1);
});
