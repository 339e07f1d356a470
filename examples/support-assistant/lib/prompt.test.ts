import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { readPrompt } from './prompt.ts';

const folder = mkdtempSync(join(tmpdir(), 'support-prompt-'));
const write = (question: string): void => {
  writeFileSync(join(folder, 'system.md'), 'Be brief.\n');
  writeFileSync(join(folder, 'question.md'), question);
};
afterEach(() => rmSync(join(folder, 'question.md'), { force: true }));

const articles = [{ id: 'refund', title: 'Refunds', text: 'They take 14 days.' }];

it('fills in articles and question, and nothing that a user writes', () => {
  write('Articles:\n{{articles}}\n\nQuestion: {{question}}\n');
  const prompt = readPrompt(folder);
  expect(prompt.system).toBe('Be brief.');
  expect(prompt.question('{{articles}} $& ?', articles)).toBe(
    'Articles:\nThey take 14 days.\n\nQuestion: {{articles}} $& ?',
  );
});

it('refuses a template that would lose the question', () => {
  write('{{articles}}');
  expect(() => readPrompt(folder)).toThrow('has no {{question}}');
});
