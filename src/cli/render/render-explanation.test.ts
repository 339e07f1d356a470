import { describe, expect, it } from 'vitest';
import type { Explanation } from '../../client/client.ts';
import { renderRecomputed } from './render-explanation.ts';

const verdict = { what: 'rollback', seq: 7, digest: null, lines: 12, result: 'same' } as const;
const endedBy = (cause: object): Pick<Explanation, 'state'> =>
  ({ state: { kind: 'ended', outcome: 'rolled-back', seq: 41, cause } }) as unknown as Explanation;

describe('verdicts computed anew', () => {
  it('are one line each', () => {
    expect(renderRecomputed([verdict], endedBy({ kind: 'guard' }))).toMatch(/7 +rollback +12 +✔ the same/);
  });

  it('are not said to be none where a gateway decided by itself', () => {
    const stopped = endedBy({ kind: 'trip-wire', gateway: 'g', detail: '4 of 21 failed' });
    expect(renderRecomputed([], stopped)).toMatch(/A gateway stopped this rollout by itself \(record 41\)/);
    expect(renderRecomputed([verdict], stopped)).toMatch(/✔ the same[\s\S]*by itself/);
    expect(renderRecomputed([], endedBy({ kind: 'person', reason: null }))).toBe(
      'Nothing in this rollout was decided on evidence.',
    );
  });
});
