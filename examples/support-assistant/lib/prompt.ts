import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Article } from './article-index.ts';

export interface Prompt {
  readonly system: string;
  /** The user's turn, with the articles where the template wants them. */
  question(question: string, articles: readonly Article[]): string;
}

/** Reads `system.md` and `question.md`. `{{articles}}` and `{{question}}` are filled in; a template without `{{question}}` is refused. */
export const readPrompt = (folder: string): Prompt => {
  const system = readFileSync(join(folder, 'system.md'), 'utf8').trim();
  const template = readFileSync(join(folder, 'question.md'), 'utf8').trim();
  if (!template.includes('{{question}}')) throw new Error(`${folder}/question.md has no {{question}}`);
  return {
    system,
    question: (question, articles) =>
      template.replace(/\{\{(articles|question)\}\}/g, (_, name: string) =>
        name === 'question' ? question : articles.map(({ text }) => text).join(' '),
      ),
  };
};
