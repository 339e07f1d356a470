import { expect } from 'vitest';
import { until } from '../../src/gateway/testing/harness.ts';
import type { HandoverLoad } from './handover-load.ts';
import { type HandoverWorld, openHandoverWorld, type WorldSettings } from './handover-world.ts';

/** A gateway that has answered all kinds of clients, and goes on to. */
export interface LoadedGateway {
  readonly world: HandoverWorld;
  readonly load: HandoverLoad;
  /** Every kind of client has had some answers since the call. */
  goesOn(): Promise<void>;
  /** Of the processes that serve. */
  boots(): string[];
  /**
   * To be called when the load has ended: nothing was broken; each request was called once, counted once, logged once; no key gave more than one
   * outcome, and few gave none.
   */
  isExact(): Promise<void>;
  close(): Promise<void>;
}

const WITHIN_MS = 60_000;

export async function openLoadedGateway(settings: WorldSettings = {}): Promise<LoadedGateway> {
  const world = await openHandoverWorld(settings);
  const load = world.startLoad();
  const goesOn = async (): Promise<void> => {
    const { streams } = load;
    const answered = load.invocations.size;
    await until(() => load.streams > streams + 2 && load.invocations.size > answered + 100, WITHIN_MS);
  };
  await goesOn();
  return {
    world,
    load,
    goesOn,
    boots: () => world.gateways.launcher.pids().map(({ boot }) => boot),
    async isExact() {
      expect(load.failures.slice(0, 3).join('; ')).toBe('');
      const asked = load.invocations.size;
      expect(world.called()).toBe(asked);
      const { counted, logged } = world;
      const areAllCounted = (): boolean => {
        const { answered, requests, setAside } = counted();
        return answered === asked && requests + setAside === asked;
      };
      await until(areAllCounted, WITHIN_MS).catch((cause: unknown) => {
        throw new Error(`asked ${asked}, counted ${JSON.stringify(counted())}`, { cause });
      });
      await until(async () => (await logged()).length === asked, WITHIN_MS);
      expect(new Set(await logged())).toEqual(load.invocations);
      expect(counted().keys).toBeLessThanOrEqual(load.users.size);
      // A key that asks once is counted if it comes to the process that counts it. Set aside are only those that came to one that was leaving.
      const { processes = 1 } = settings;
      expect(counted().keys).toBeGreaterThan((0.8 / processes) * load.users.size);
    },
    async close() {
      await load.stop();
      await world.close();
    },
  };
}
