import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { openStepWatch } from './step-watch.ts';
import { beginStep, newProgress } from './thread-messages.ts';

let worker: Worker;
afterEach(() => worker.terminate());

/** Milliseconds after which a thread that runs `code` is found overdue; null when it is not within `patienceMs`. */
async function overdueAfter(code: string, limitMs: number, patienceMs: number): Promise<number | null> {
  worker = new Worker(`require('node:worker_threads').parentPort.once('message', () => { ${code} })`, {
    eval: true,
  });
  await new Promise((resolve) => worker.once('online', resolve));
  const progress = newProgress();
  return new Promise((resolve) => {
    const sinceMs = performance.now();
    const over = (afterMs: number | null): void => {
      clearInterval(looking);
      resolve(afterMs);
    };
    const watch = openStepWatch(worker, progress, () => over(performance.now() - sinceMs));
    const looking = setInterval(() => {
      if (performance.now() - sinceMs > patienceMs) over(null);
      else watch.look();
    }, 10);
    beginStep(progress, limitMs, 1);
    worker.postMessage('go');
  });
}

describe('a step', () => {
  it('that works beyond its limit is overdue', async () => {
    const afterMs = await overdueAfter('for (;;) {}', 200, 10_000);
    expect(afterMs).toBeGreaterThan(200);
    // Eight limits are for the thread that gets no turn.
    expect(afterMs).toBeLessThan(8 * 200 + 200);
  });

  it('that works inside a regular expression is overdue as well', async () => {
    expect(await overdueAfter("/^(a+)+$/.test('a'.repeat(40) + 'b')", 200, 10_000)).toBeGreaterThan(200);
  });

  const asleep = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)';
  it('whose thread got no turn is not, for a while', async () => {
    expect(await overdueAfter(asleep, 200, 1_200)).toBeNull();
  });
  it('whose thread gets no turn at all is, in the end', async () => {
    expect(await overdueAfter(asleep, 100, 10_000)).toBeGreaterThan(800);
  });
});
