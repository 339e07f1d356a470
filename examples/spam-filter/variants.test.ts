import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { goldenCases } from './golden.ts';
import { mailFeatures } from './lib/mail-features.ts';
import type { mailText } from './lib/mail-text.ts';
import { liveMails } from './traffic/live-mails.ts';
import { trainModel } from './train.ts';
import { spamProbability } from './training/logistic-regression.ts';
import { VARIANTS, type VariantName, writeVariant } from './variants.ts';

const root = mkdtempSync(join(tmpdir(), 'spam-variants-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const folderOf = (name: VariantName) => join(root, name);
for (const name of Object.keys(VARIANTS) as VariantName[]) writeVariant(folderOf(name), name);

/** Shares of wrong answers, computed with the variant's own text extraction. */
async function wrongShares(name: VariantName): Promise<{ golden: number; live: number }> {
  const { model, card } = trainModel(VARIANTS[name].training);
  const extraction = pathToFileURL(join(folderOf(name), 'lib/mail-text.ts')).href;
  const variant = (await import(/* @vite-ignore */ extraction)) as { mailText: typeof mailText };
  const isWrong = (text: string, label: string) =>
    spamProbability(model, mailFeatures(variant.mailText(text), card.hashSize)) >= 0.5 !== (label === 'spam');
  const golden = goldenCases();
  const live = liveMails();
  return {
    golden:
      golden.filter((each) => isWrong(each.input.inputs[0].data[0], each.expected)).length / golden.length,
    live: live.filter((mail) => isWrong(mail.text, mail.label)).length / live.length,
  };
}

test('each release is as good or bad as its part in the story', async () => {
  const [first, better, shuffled, wrong] = await Promise.all([
    wrongShares('v1.0.0'),
    wrongShares('v1.1.0'),
    wrongShares('v1.2.0'),
    wrongShares('v1.3.0'),
  ]);
  expect(first.golden).toBeLessThan(0.06);
  expect(better.golden).toBeLessThan(first.golden - 0.015);
  expect(better.live).toBeLessThan(first.live - 0.04);
  expect(shuffled.golden).toBeGreaterThan(0.3);
  expect(wrong.golden).toBeLessThanOrEqual(better.golden);
  expect(wrong.live).toBeGreaterThan(better.live + 0.08);
});

test('1.3.0 and 1.4.0 have the model of 1.1.0 and change one file of code', () => {
  const read = (name: VariantName, file: string) => readFileSync(join(folderOf(name), file));
  const files = readdirSync(folderOf('v1.1.0'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folderOf('v1.1.0').length + 1));
  const changed = (name: VariantName) =>
    files.filter((file) => !read(name, file).equals(read('v1.1.0', file)));
  expect(changed('v1.0.0').sort()).toEqual(['model/model.json', 'model/model.onnx']);
  expect(changed('v1.3.0')).toEqual(['lib/mail-text.ts']);
  expect(changed('v1.4.0')).toEqual(['lib/read-body.ts']);
});

test('a working tree has what serving needs and nothing of the tests', () => {
  const folder = folderOf('v1.0.0');
  for (const file of [
    'server.ts',
    'package-lock.json',
    '.npmrc',
    'golden.jsonl',
    'tidegate.yaml',
    'model/model.onnx',
  ]) {
    expect(existsSync(join(folder, file)), file).toBe(true);
  }
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  expect(all.filter((file) => file.endsWith('.test.ts') || file.startsWith('variants/'))).toEqual([]);
});
