import { setTimeout as delay } from 'node:timers/promises';
import { compareGenerations, type Generation, type RouteTable } from '../../core/routing/table.ts';
import { limitExposure } from './limit-exposure.ts';
import type { RouteFile } from './route-file.ts';
import type { Snapshot } from './snapshot.ts';

/** The route table in force and the way to the next one. */
export interface Routes {
  snapshot(): Snapshot | null;
  generation(): Generation | null;
  /** Serves what is on disk, if anything is. Its candidates get nothing before a lease arrives. */
  restore(): Promise<void>;
  /**
   * Takes a table from the control plane; `applied` hears when it is in force and on disk, or that it was too old. What it
   * takes away is gone at once, under its own generation; what it adds comes when it is on disk.
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
  readonly onDamaged: (file: string, why: string) => void;
  readonly onTrouble: (what: string, error: unknown) => void;
}

const RETRY_AFTER_MS = 500;

export function openRoutes(spec: RoutesSpec): Routes {
  let snapshot: Snapshot | null = null;
  /** What was offered last and was new; all of it is in force once it is on disk. */
  let newest: RouteTable | null = null;
  let stored: RouteTable | null = null;
  let storing: Promise<void> | null = null;
  let isClosed = false;

  const isWaitingForDisk = (generation: Generation): boolean =>
    newest !== stored && newest !== null && compareGenerations(generation, newest.generation) === 0;

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
    while (newest !== null && newest !== stored && !isClosed) {
      const table = newest;
      try {
        await spec.file.save(table);
      } catch (error) {
        spec.onTrouble('the route table cannot be stored', error);
        await delay(RETRY_AFTER_MS);
        continue;
      }
      stored = table;
      const isWhole = newest !== table || snapshot?.table === table || putInForce(table, false);
      if (isWhole) spec.applied(table.generation, true);
    }
    // Not later: a table that comes next must find nobody at work.
    storing = null;
  };

  return {
    snapshot: () => snapshot,
    generation: () => snapshot?.table.generation ?? null,
    async restore() {
      const table = await spec.file.load(spec.onDamaged);
      if (table === null) return;
      // A newer one may have come while the disk was read.
      if (snapshot !== null && compareGenerations(table.generation, snapshot.table.generation) <= 0) return;
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
        // Whatever is in force and not on disk yet is told when it is there: a restart would forget it.
        if (order < 0 || !isWaitingForDisk(table.generation)) spec.applied(table.generation, order === 0);
        return;
      }
      if (!putInForce(limitExposure(snapshot?.table ?? null, table), false)) return;
      newest = table;
      storing ??= store();
    },
    async settled() {
      while (storing !== null) await storing;
    },
    close() {
      isClosed = true;
    },
  };
}
