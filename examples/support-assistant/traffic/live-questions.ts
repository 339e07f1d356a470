import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Question {
  readonly question: string;
  /** An answer that contains one of them has helped. Lower case. */
  readonly facts: readonly string[];
  readonly use: 'golden' | 'live';
}

export const questionsFor = (use: Question['use']): Question[] =>
  readFileSync(join(import.meta.dirname, '../knowledge/questions.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Question)
    .filter((one) => one.use === use);

/** Whole words and numbers only: "9" is not in "19". */
export const hasHelped = ({ facts }: Question, answer: string): boolean =>
  facts.some((fact) =>
    new RegExp(
      `(?<![\\p{L}\\p{N}])${fact.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}(?![\\p{L}\\p{N}])`,
      'u',
    ).test(answer.toLowerCase()),
  );
