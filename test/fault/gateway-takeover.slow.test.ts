import { afterEach, describe, expect, it } from 'vitest';
import { type LoadedGateway, openLoadedGateway } from './loaded-gateway.ts';

describe('a gateway whose process is replaced under load', () => {
  let loaded: LoadedGateway | null = null;
  afterEach(async () => {
    await loaded?.close();
    loaded = null;
  });

  it('breaks nothing, counts every request once and no key twice', { timeout: 120_000 }, async () => {
    loaded = await openLoadedGateway();
    const { world, load, goesOn } = loaded;
    const boots = new Set(loaded.boots());
    for (let n = 0; n < 2; n += 1) {
      expect(await world.gateways.restart(null)).toMatchObject([
        { gateway: 'edge', environment: 'production', outcome: 'handed-over' },
      ]);
      boots.add(loaded.boots()[0]!);
      await goesOn();
    }
    expect(boots.size).toBe(3);
    await load.stop();
    await loaded.isExact();
    expect(world.troubles).toEqual([]);
  });
});
