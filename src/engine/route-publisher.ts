import type { Hello } from '../core/routing/link.ts';
import { compareGenerations, type Generation, type RouteTable } from '../core/routing/table.ts';
import type { Clock } from '../ports/clock.ts';
import type { Gateways } from '../ports/gateways.ts';
import type { Catalog } from './catalog.ts';
import type { Environment } from './environments.ts';
import type { Lanes } from './lanes.ts';
import type { Reductions } from './reductions.ts';
import { newestSeq, routeTable } from './routes.ts';

/** Keeps every gateway at the newest route table and knows which of them have it. */
export interface RoutePublisher {
  /** Tables of another restore epoch never replace those of this one. */
  begin(epoch: number): void;
  publish(environment: string): void;
  renewLeases(): void;
  /** A gateway process says which table it follows. */
  follows(boot: string, environment: string, generation: Generation | null): void;
  forget(boot: string): void;
  /** True when no gateway of the environment can still follow an older table. */
  isEverywhere(environment: string): boolean;
  recordedSeq(environment: string): number;
  /** Rollouts that a gateway holds back by the word of a process that may have died before it could record why. */
  cutsOf(hello: Pick<Hello, 'environment' | 'generation' | 'cut'>): readonly string[];
}

/** Gateways that outlived the control plane have dialled in by then; until then nothing they may still use is stopped. */
const dialInMs = 5_000;

export const openRoutePublisher = (parts: {
  environments: readonly Environment[];
  lanes: Lanes;
  catalog: Catalog;
  reductions: Reductions;
  gateways: Gateways;
  clock: Clock;
}): RoutePublisher => {
  const { environments, lanes, catalog, reductions, gateways, clock } = parts;
  const tables = new Map<string, RouteTable>();
  const followed = new Map<string, { environment: string; generation: Generation | null }>();
  let epoch = 0;
  let begunAtMs = 0;

  const recordedSeq = (environment: string): number => newestSeq(environment, lanes.all(), catalog);

  return {
    begin(newEpoch) {
      epoch = newEpoch;
      begunAtMs = clock.nowMs();
    },
    publish(name) {
      const environment = environments.find((one) => one.name === name);
      if (environment === undefined) return;
      const table = routeTable({
        environment,
        lanes: lanes.all(),
        catalog,
        epoch,
        cut: { count: reductions.count(name, recordedSeq(name)), rollouts: reductions.rollouts },
      });
      const known = tables.get(name);
      if (known !== undefined && compareGenerations(known.generation, table.generation) >= 0) return;
      tables.set(name, table);
      gateways.push(table);
    },
    renewLeases() {
      for (const table of tables.values()) gateways.renew(table.environment, table.generation);
    },
    follows(boot, environment, generation) {
      followed.set(boot, { environment, generation });
    },
    forget(boot) {
      followed.delete(boot);
    },
    isEverywhere(environment) {
      const table = tables.get(environment);
      return (
        table !== undefined &&
        clock.nowMs() - begunAtMs >= dialInMs &&
        [...followed.values()].every(
          (gateway) =>
            gateway.environment !== environment ||
            (gateway.generation !== null && compareGenerations(gateway.generation, table.generation) >= 0),
        )
      );
    },
    recordedSeq,
    cutsOf({ environment, generation, cut }) {
      if (generation === null || generation.epoch !== epoch || generation.cut === 0) return [];
      if (cut !== undefined) return cut;
      // A table of an older version does not name them; whatever was exposed may be meant.
      const seq = recordedSeq(environment);
      if (generation.seq !== seq || generation.cut <= reductions.count(environment, seq)) return [];
      return lanes
        .all()
        .flatMap(({ key, state: { rollout } }) =>
          key.environment === environment && rollout !== null && rollout.stage >= 0
            ? [rollout.order.rollout]
            : [],
        );
    },
  };
};
