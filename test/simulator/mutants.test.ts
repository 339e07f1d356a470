import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mutants } from './mutants.ts';

const root = join(import.meta.dirname, '..', '..');

/** The hunt takes half an hour and runs elsewhere; that it still has something to hunt is known here, at the edit that would break it. */
describe('each deliberate fault', () => {
  it.each(mutants)('can still be put into the code, in one place: $name', ({ file, from, to }) => {
    expect(readFileSync(join(root, file), 'utf8').split(from)).toHaveLength(2);
    expect(to).not.toBe(from);
  });
});
