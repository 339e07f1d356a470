import type { RouteTable } from '../../core/routing/table.ts';
import { createEngine, type Engine } from '../../engine/engine.ts';
import type { Environment } from '../../engine/environments.ts';
import type { EvidenceStore } from '../../ports/evidence-store.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { Runtime } from '../../ports/runtime.ts';
import type { Work } from '../../ports/work.ts';
import { beginIncarnation, type Incarnation } from './incarnation.ts';
import { type LinkHub, openLinkHub } from './link-hub.ts';
import { type VirtualTime, wallStartMs } from './virtual-time.ts';

/** One process of the control plane: the production engine over ports that die with it. */
export interface ControlPlane {
  readonly life: Incarnation;
  readonly engine: Engine;
  readonly hub: LinkHub;
  /** The newest table that it has pushed. */
  table(environment: string): RouteTable | null;
  /** It answers people only from then on. */
  isReady(): boolean;
  /** Its wall clock is moved. */
  jumpClock(byMs: number): void;
  /** What its wall clock shows. */
  engineNowMs(): number;
}

export const startControlPlane = (parts: {
  readonly name: string;
  /** Makes the secrets of one scenario others than those of the next. */
  readonly seed: number;
  readonly time: VirtualTime;
  readonly clockOffsetMs: number;
  readonly environments: readonly Environment[];
  /** Ports that end when the process ends are opened for it. */
  readonly openLedger: (life: Incarnation) => Ledger;
  readonly openRuntime: (life: Incarnation) => Runtime;
  readonly openWork: (life: Incarnation) => Work;
  readonly evidenceStore: EvidenceStore;
  readonly pushed: (table: RouteTable) => void;
  readonly died: (plane: ControlPlane) => void;
  readonly failed: (error: unknown) => void;
}): ControlPlane => {
  const { time, name } = parts;
  let isReady = false;
  let offsetMs = parts.clockOffsetMs;
  let ids = 0;
  const wallMs = (): number => wallStartMs + Math.floor(time.nowMs() + offsetMs);
  const life = beginIncarnation(name, () => {
    isReady = false;
    parts.died(plane);
  });
  const tables = new Map<string, RouteTable>();
  const hub = openLinkHub({
    pushed(table) {
      tables.set(table.environment, table);
      parts.pushed(table);
    },
  });
  const gateways = life.mortal(hub.port, {
    async: ['close'],
    sync: {
      push: undefined,
      renew: undefined,
      stored: undefined,
      listen: () => {},
      list: [],
    },
  });
  const runtime = life.mortal(parts.openRuntime(life), {
    async: ['ensure', 'remove', 'list', 'log', 'close'],
    sync: { watch: () => {} },
  });
  const engine = createEngine(
    {
      ledger: life.mortal(parts.openLedger(life), {
        async: ['append', 'read', 'readAll', 'readBack', 'head', 'verify', 'close'],
        sync: {},
      }),
      evidenceStore: life.mortal(parts.evidenceStore, {
        async: Object.keys(parts.evidenceStore) as (keyof EvidenceStore & string)[],
        sync: {},
      }),
      gateways: {
        ...gateways,
        listen: (listener) =>
          gateways.listen(
            Object.fromEntries(
              Object.entries(listener).map(([event, hear]) => [
                event,
                life.guard(hear as (...args: readonly unknown[]) => void),
              ]),
            ),
          ),
      },
      runtime: { ...runtime, watch: (listener) => runtime.watch(life.guard(listener)) },
      work: life.mortal(parts.openWork(life), {
        async: ['prepare', 'evaluate', 'command', 'probe', 'fingerprint'],
        sync: {},
      }),
      clock: {
        nowMs: wallMs,
        after: (delayMs, callback) => time.after(delayMs, life.guard(callback)),
      },
      ids: {
        next: (prefix) => `${prefix}_${name}_${++ids}`,
        secret: () => `salt-${parts.seed}-${name}-${++ids}`,
      },
      failed: life.guard(parts.failed),
    },
    parts.environments,
  );
  const plane: ControlPlane = {
    life,
    engine,
    hub,
    table: (environment) => tables.get(environment) ?? null,
    isReady: () => isReady,
    jumpClock(byMs) {
      offsetMs += byMs;
    },
    engineNowMs: wallMs,
  };
  engine.start().then(
    () => {
      isReady = !life.isDead();
    },
    (error: unknown) => {
      // As the real process: it says why and exits.
      parts.failed(error);
      life.end();
    },
  );
  return plane;
};
