import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLimits } from '../../src/config/load-limits.ts';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';
import { until } from './harness/until.ts';

describe('limits of an environment with three gateway processes', () => {
  let tidegate: Tidegate;
  beforeAll(async () => {
    tidegate = await openTidegate({
      environments: [{ name: 'production', strategy: 'all-at-once', gatewayProcesses: 3 }],
    });
    const { rollout } = await tidegate.ship({ service: 'limited', behaviour: {} }, '1.0.0', 'production');
    await tidegate.completed({ environment: 'production', service: 'limited' }, rollout);
  });
  afterAll(() => tidegate?.dispose());

  /** On a connection of its own, so that the system chooses a process each time. */
  const ask = async (): Promise<number> => {
    const response = await fetch(`${tidegate.gateway('production')}/services/limited/`, {
      headers: { connection: 'close' },
    });
    await response.arrayBuffer();
    return response.status;
  };

  it('hold over all of them together, and come and go without a restart', async () => {
    const { limits } = readLimits('total: { requests: { rate: 1/h, burst: 40 } }', 'limits.yaml');
    expect((await Promise.all(Array.from({ length: 60 }, ask))).every((status) => status === 200)).toBe(true);
    await tidegate.client.setLimits('production', limits);
    const answers: number[] = [];
    await until('the limit is reached', async () => {
      answers.push(await ask());
      return answers.filter((status) => status === 429).length > 30;
    });
    // Those that came before the gateways had heard are not counted; three times the limit would be 120.
    expect(answers.filter((status) => status === 200).length).toBeLessThan(60);
    expect(answers.slice(-20).every((status) => status === 429)).toBe(true);
    await tidegate.client.setLimits('production', null);
    await until('everything is let in again', async () => (await ask()) === 200);
    expect(readdirSync(join(tidegate.stateDir)).some((name) => /^l-[0-9a-f]{6}\.sock$/.test(name))).toBe(
      true,
    );
  });
});
