import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';
import { until } from './harness/until.ts';

const lane = { environment: 'production', service: 'parrot' };

describe('sealed bytes', () => {
  let tidegate: Tidegate;
  beforeEach(async () => {
    tidegate = await openTidegate();
    const first = await tidegate.ship(tree('1'), '1.0.0', 'production');
    await tidegate.completed(lane, first.rollout);
  });
  afterEach(async () => await tidegate?.dispose());

  const tree = (answers: string) => ({ service: 'parrot', behaviour: { answers } });

  it('outlive their working tree and a restart of everything: the release before still comes back', async () => {
    const second = await tidegate.ship(tree('2'), '2.0.0', 'production');
    const traffic = tidegate.traffic('production', 'parrot');
    await tidegate.completed(lane, second.rollout, 30_000);
    await traffic.stop();
    rmSync(join(tidegate.directory, 'trees'), { recursive: true });
    await tidegate.down();
    await tidegate.up();
    const served = async (version: string): Promise<boolean> => {
      const response = await fetch(`${tidegate.gateway('production')}/services/parrot/work`).catch(
        () => null,
      );
      return (
        response?.ok === true && response.headers.get('tidegate-release')?.startsWith(`${version}@`) === true
      );
    };
    await until('the release that was stable serves again', () => served('2.0.0'));
    const { rollout } = await tidegate.client.rollback(lane, { reason: 'a whim' });
    await tidegate.completed(lane, rollout!);
    await until('the one before serves', () => served('1.0.0'));
    const body = await (await fetch(`${tidegate.gateway('production')}/services/parrot/work`)).json();
    expect(body).toMatchObject({ answer: '1' });
  });
});
