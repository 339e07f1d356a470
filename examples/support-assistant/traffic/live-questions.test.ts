import { expect, it } from 'vitest';
import { hasHelped, questionsFor } from './live-questions.ts';

const question = (...facts: string[]) => ({ question: '?', facts, use: 'live' }) as const;

it('looks for whole words and numbers', () => {
  expect(hasHelped(question('9'), 'It costs 19 euros.')).toBe(false);
  expect(hasHelped(question('9'), 'It costs 9 euros.')).toBe(true);
  expect(hasHelped(question('3rd', 'third'), 'On the Third day.')).toBe(true);
  expect(hasHelped(question('e-mail'), 'We send an e-mail.')).toBe(true);
  expect(hasHelped(question('1.5 km (at most)'), 'It is 125 km (at most).')).toBe(false);
  expect(hasHelped(question('charging station'), 'At a charging station.')).toBe(true);
});

it('has questions of both kinds, and none twice', () => {
  const [golden, live] = [questionsFor('golden'), questionsFor('live')];
  expect(golden).toHaveLength(36);
  expect(live).toHaveLength(37);
  expect(new Set([...golden, ...live].map((one) => one.question)).size).toBe(73);
});
