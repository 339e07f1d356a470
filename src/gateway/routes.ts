import { setTimeout as delay } from 'node:timers/promises';
import { compareGenerations, type Generation, type RouteTable } from '../core/routing/table.ts';
import { raisesExposure } from './raises-exposure.ts';
import type { RouteFile } from './route-file.ts';
import type { Snapshot } from './snapshot.ts';

/** The route table in force and the way to the next one. */
export interface Routes {
  snapshot(): Snapshot | null;
  generation(): Generation | null;
  /** Serves what is on disk, if anything is. Its candidates get nothing before a lease arrives. */
  restore(): Promise<void>;
  /**
   * Takes a table from the control plane; `applied` hears when it is in force and on disk, or that it was too old. A
   * table that only takes exposure away is in force at once; one that adds some is on disk before.
   */
  offer(table: RouteTable): void;
  /** Resolves when nothing is waiting to be stored. */
  settled(): Promise<void>;
  close(): void;
}

export interface RoutesSpec {
  readonly environment: string;
  readonly file: RouteFile;
  readonly compile: (table: RouteTable) => Snapshot;
  /** A newer table is in force from this call on. */
  readonly onInForce: (snapshot: Snapshot, isFromDisk: boolean) => void;
  readonly applied: (generation: Generation, isAccepted: boolean) => void;
  /** The control plane repeated the generation in force. */
  readonly onConfirmed: () => void;
  readonly onDamaged: (file: string, why: string) => void;
  readonly onTrouble: (what: string, error: unknown) => void;
}

const RETRY_AFTER_MS = 500;

export function openRoutes(spec: RoutesSpec): Routes {
  let snapshot: Snapshot | null = null;
  let next: RouteTable | null = null;
  let storing: Promise<void> | null = null;
  let isClosed = false;

  const isNewer = (table: RouteTable): boolean =>
    snapshot === null || compareGenerations(table.generation, snapshot.table.generation) > 0;

  const putInForce = (table: RouteTable, isFromDisk: boolean): boolean => {
    try {
      snapshot = spec.compile(table);
    } catch (error) {
      spec.onTrouble('a route table cannot be used', error);
      return false;
    }
    spec.onInForce(snapshot, isFromDisk);
    return true;
  };

  const store = async (): Promise<void> => {
    while (next !== null && !isClosed) {
      const table = next;
      next = null;
      try {
        await spec.file.save(table);
      } catch (error) {
        spec.onTrouble('the route table cannot be stored', error);
        if (isNewer(table)) {
          // It would raise exposure, so it is not in force yet: keep trying until a newer one comes.
          next ??= table;
          await delay(RETRY_AFTER_MS);
          continue;
        }
      }
      const isInForce = !isNewer(table) || putInForce(table, false);
      if (isInForce) spec.applied(table.generation, true);
    }
  };

  return {
    snapshot: () => snapshot,
    generation: () => snapshot?.table.generation ?? null,
    async restore() {
      const table = await spec.file.load(spec.onDamaged);
      if (table === null) return;
      if (table.environment === spec.environment) putInForce(table, true);
      else spec.onTrouble(`the stored route table is for "${table.environment}"`, null);
    },
    offer(table) {
      if (table.version !== 1 || table.environment !== spec.environment) {
        spec.onTrouble(
          `refused a route table for "${table.environment}", version ${String(table.version)}`,
          null,
        );
        return;
      }
      const order = snapshot === null ? 1 : compareGenerations(table.generation, snapshot.table.generation);
      if (order <= 0) {
        if (order === 0) spec.onConfirmed();
        spec.applied(table.generation, order === 0);
        return;
      }
      if (next !== null && compareGenerations(table.generation, next.generation) <= 0) return;
      if (!raisesExposure(snapshot?.table ?? null, table) && !putInForce(table, false)) return;
      next = table;
      storing ??= store().finally(() => {
        storing = null;
      });
    },
    async settled() {
      while (storing !== null) await storing;
    },
    close() {
      isClosed = true;
    },
  };
}
