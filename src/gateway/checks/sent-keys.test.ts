import { expect, it } from 'vitest';
import { resolveReference } from './resolve-reference.ts';
import { openSentKeys } from './sent-keys.ts';

it('keeps the newest keys alone, beside what the process was started with', async () => {
  const keys = openSentKeys({ PATH: '/bin', OWN: 'own' });
  const read = (name: string) => resolveReference(`env:${name}`, keys.environment);
  keys.take({ GRADER: 'one', OWN: 'sent' });
  expect([await read('GRADER'), await read('OWN'), await read('PATH')]).toEqual(['one', 'sent', '/bin']);
  keys.take({ GRADER: 'two' });
  expect([await read('GRADER'), await read('OWN')]).toEqual(['two', 'own']);
  keys.take({});
  expect(await read('GRADER')).toBeNull();
});
