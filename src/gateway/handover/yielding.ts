import { setTimeout as delay } from 'node:timers/promises';
import type { HandoverNews } from '../../core/routing/handover.ts';
import type { FirstRequests } from '../first-requests.ts';
import type { HttpServer } from '../http/http-server.ts';
import type { OpenLimits } from '../limits/open-limits.ts';
import type { Exposure } from '../routes/exposure.ts';
import type { LinkClient } from '../routes/link-client.ts';
import type { Routes } from '../routes/routes.ts';
import type { HandedOn } from './handed-on.ts';
import { listeningDescriptor } from './listening-descriptor.ts';
import type { Tenure } from './tenure.ts';

/** What a gateway process gives up, step by step, when another takes its place. */
export interface Yielding {
  /** Null: there is nothing to hand over. */
  descriptor(): number | null;
  /** From now on the successor writes, counts and keeps what only one process may. Rejects when that cannot be now. */
  yield(): Promise<HandedOn>;
  /** Nobody has come: everything as before. */
  takeBack(): Promise<void>;
  tell(news: HandoverNews): void;
  /**
   * Accepts nothing more. Resolves when every connection has ended, no outcome is waited for any more and the control plane is there to hear
   * the last of it, or after `withinMs`.
   */
  leave(withinMs: number): Promise<void>;
}

export interface YieldingSpec {
  readonly tenure: Tenure;
  readonly firstRequests: Pick<FirstRequests, 'write'>;
  readonly routes: Pick<Routes, 'settled'>;
  readonly limits: Pick<OpenLimits, 'handOver' | 'takeOver'>;
  readonly exposure: Pick<Exposure, 'stopped'>;
  readonly http: Pick<HttpServer, 'server' | 'leave'>;
  readonly link: Pick<LinkClient, 'handover' | 'isConnected'>;
  /** Requests whose outcome may still change. */
  readonly followed: () => number;
  /** So long each thing that is written before the successor's turn may take. Default 2 s. */
  readonly diskWithinMs?: number;
}

const DISK_WITHIN_MS = 2_000;
const LOOK_EVERY_MS = 100;

export function openYielding(spec: YieldingSpec): Yielding {
  const { tenure, firstRequests, routes, limits, exposure, http, link, followed } = spec;
  /** Null: not in time. It may still happen. */
  const inTime = <T>(written: Promise<T>): Promise<{ readonly value: T } | null> =>
    Promise.race([written.then((value) => ({ value })), delay(spec.diskWithinMs ?? DISK_WITHIN_MS, null)]);
  return {
    descriptor: () => listeningDescriptor(http.server),
    async yield() {
      if ((await inTime(routes.settled())) === null) throw new Error('a route table waits for the disk');
      firstRequests.write();
      tenure.phase = 'leaving';
      tenure.isShared = true;
      const kept = await inTime(limits.handOver());
      if (kept === null) throw new Error('the account of the budgets waits for the disk');
      return { limits: kept.value, trips: exposure.stopped() };
    },
    async takeBack() {
      // Whoever came may have counted a few keys before it went, so it stays shared.
      if (tenure.phase === 'leaving') tenure.phase = 'serving';
      await limits.takeOver(null);
    },
    tell(news) {
      // The control plane may be away just now; then the greeting says so.
      if (news.state === 'done') tenure.successor = news.boot;
      link.handover(news);
    },
    async leave(withinMs) {
      const endsAtMs = performance.now() + withinMs;
      let hasLeft = false;
      void http.leave().then(() => {
        hasLeft = true;
      });
      while (performance.now() < endsAtMs && !(hasLeft && followed() === 0 && link.isConnected()))
        await delay(LOOK_EVERY_MS);
    },
  };
}
