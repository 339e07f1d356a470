import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { releases } from './releases.ts';

const template = (files: Readonly<Record<string, string>>): string =>
  files['prompt/question.md'] ?? readFileSync(join(import.meta.dirname, 'prompt/question.md'), 'utf8');

it('changes files that the service reads, and only its prompt', () => {
  for (const { files } of Object.values(releases))
    for (const file of Object.keys(files)) {
      expect(file).toMatch(/^prompt\//);
      expect(existsSync(join(import.meta.dirname, file)), file).toBe(true);
    }
});

it('shows the articles to the model in the second release alone', () => {
  const showing = Object.entries(releases).filter(([, { files }]) =>
    template(files).includes('{{articles}}'),
  );
  expect(showing.map(([version]) => version)).toEqual(['1.1.0']);
});
