import { expect, it } from 'vitest';
import type { Call } from './call.ts';
import { openRunningCalls } from './running-calls.ts';

const calling = (check: (nowMs: number) => void = () => {}): Call => ({
  place: -1,
  startedAtMs: 0,
  abort() {},
  pause() {},
  resume() {},
  check,
});

it('the calls under way are those that began and did not end', () => {
  const running = openRunningCalls();
  const looked: number[] = [];
  const calls = Array.from({ length: 200 }, (_, n) => calling(() => looked.push(n)));
  const expected = new Set<number>();
  for (let step = 0; step < 5_000; step += 1) {
    const n = (step * 7_919) % 200;
    if (expected.has(n)) {
      running.delete(calls[n]!);
      expected.delete(n);
    } else {
      running.add(calls[n]!);
      expected.add(n);
    }
    // Whoever begins or ends twice counts once.
    if (step % 3 === 0) running.delete(calling());
    if (step % 5 === 0 && expected.has(n)) running.add(calls[n]!);
  }
  running.check(0);
  expect(looked.sort((a, b) => a - b)).toEqual([...expected].sort((a, b) => a - b));
  expect(running.size).toBe(expected.size);
});

it('each is looked at, whichever of the others ends at that moment', () => {
  for (let ends = 0; ends < 6; ends += 1)
    for (let at = 0; at < 6; at += 1) {
      const running = openRunningCalls();
      const looked = new Set<number>();
      const calls: Call[] = [];
      for (let n = 0; n < 6; n += 1)
        calls.push(
          calling(() => {
            const isFirst = !looked.has(n);
            looked.add(n);
            if (n === at && isFirst) {
              running.delete(calls[ends]!);
              running.add(calling());
            }
          }),
        );
      for (const call of calls) running.add(call);
      running.check(0);
      // The one that ended may have been looked at before or not at all.
      expect([...looked, ends].filter((n, i, all) => all.indexOf(n) === i).length).toBe(6);
      expect(running.size).toBe(6);
    }
});
