import { expect, it } from 'vitest';
import { OTHERS, openUsage } from './usage.ts';

const release = { release: 'sha256:a', releaseVersion: '1.0.0' } as const;

it('tells apart so many keys and models, counts the others together, and loses none of them', () => {
  const usage = openUsage(5);
  const track = usage.of('bot', 'stable', release);
  const count = (key: string | null): void => {
    const series = track.series(key, 'm');
    series.calls += 1;
    series.hasChanged = true;
  };
  count(null);
  for (let n = 0; n < 20; n += 1) count(`token ${n}`);
  count('token 2');
  count('x'.repeat(500));
  const taken = usage.take('changed');
  expect(taken.map(({ key, calls }) => `${key} ${calls}`)).toEqual([
    'null 1',
    'token 0 1',
    'token 1 1',
    'token 2 2',
    'token 3 1',
    `${OTHERS} 17`,
  ]);
  expect(usage.take('changed')).toEqual([]);
  expect(usage.take('all')).toEqual(taken);
  expect(usage.of('bot', 'stable', release)).toBe(track);
});
