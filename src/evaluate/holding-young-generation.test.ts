import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** MiB of young generation that a process has at most, in work of which a good part survives for a while. */
const youngAfterWork = async (isHeld: boolean): Promise<number> => {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { holdingYoungGeneration } from ${JSON.stringify(join(import.meta.dirname, 'holding-young-generation.ts'))};
    const youngMiB = () =>
      getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space').physical_space_size / 2 ** 20;
    let most = 0;
    const work = async () => {
      let kept = [];
      for (let round = 0; round < ${isHeld ? 60 : 400} && most <= 48; round += 1) {
        for (let i = 0; i < 100_000; i += 1) {
          kept.push({ i, round });
          if (kept.length > 20_000) kept = kept.slice(10_000);
        }
        most = Math.max(most, youngMiB());
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await (${isHeld} ? holdingYoungGeneration(work) : work());
    console.log(most);
  `;
  // The limit that V8 would draw from the machine's memory must not be what is seen here.
  const args = ['--max-semi-space-size=64', '--input-type=module-typescript', '-e', script];
  return Number((await promisify(execFile)(process.execPath, args)).stdout);
};

it('keeps the young generation from growing for as long as the work goes on', async () => {
  const [left, held] = await Promise.all([youngAfterWork(false), youngAfterWork(true)]);
  expect(left).toBeGreaterThan(48);
  expect(held).toBeLessThan(48);
});
