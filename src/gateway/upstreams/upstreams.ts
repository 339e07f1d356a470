import { Pool } from 'undici';
import type { UpstreamTls } from '../../core/routing/upstream-tls.ts';
import { openRawPool, type RawPool } from '../raw/raw-pool.ts';
import { type AddressHealth, openHealth } from './address-health.ts';
import { openRetryBudget, type RetryBudget } from './retry-budget.ts';
import { upstreamConnector } from './upstream-connector.ts';

/** One address of one release, with its connections and what is known about it. Shared by all tables that name it. */
export interface Upstream {
  readonly address: string;
  readonly host: string;
  /** Put before the path of every request; empty for a bare origin. */
  readonly pathPrefix: string;
  /** Answers that come at once, and answers that trickle: a thousand open streams keep nobody waiting for a connection. */
  readonly pools: { readonly plain: Pool; readonly streams: Pool };
  /** Takes the place of both for requests whose bodies are whole; null: there is none. */
  readonly raw: RawPool | null;
  inFlight: number;
  /** Monotonic; the address is passed over until then, where there is another. */
  restsUntilMs: number;
  refusals: number;
  /** Monotonic time of the last refused connection; -1 once it has answered anything since. */
  refusedAtMs: number;
  readonly health: AddressHealth;
  /** Second attempts of requests that failed here. */
  readonly retries: RetryBudget;
}

export interface Upstreams {
  /** The upstream for an address, opened on first use. Throws a TypeError when the address is no HTTP URL, or `tls` is about plain HTTP. */
  take(address: string, connectTimeoutMs: number, tls?: UpstreamTls): Upstream;
  /** Closes whatever is not among these, after a while: requests that began under an older table may still go there. */
  retain(used: ReadonlySet<Upstream>): void;
  close(): Promise<void>;
}

const KEEP_ALIVE_MS = 4_000;
const LINGER_MS = 60_000;
const FIRST_REST_MS = 100;
const LONGEST_REST_MS = 2_000;

/** `allowed`: IP addresses that are connected to although they are link-local or a metadata service. `isRaw`: over the raw transport, where it can. */
export function openUpstreams(allowed: ReadonlySet<string> = new Set(), isRaw = false): Upstreams {
  const known = new Map<string, Upstream>();
  const lingering = new Set<Upstream>();
  return {
    take(address, connectTimeoutMs, tls) {
      const key = `${connectTimeoutMs} ${address}${tls === undefined ? '' : ` ${JSON.stringify(tls)}`}`;
      const present = known.get(key);
      if (present !== undefined) return present;
      const url = new URL(address);
      if (url.protocol !== 'http:' && url.protocol !== 'https:')
        throw new TypeError(`${address} is not an HTTP address`);
      if (tls !== undefined && url.protocol !== 'https:')
        throw new TypeError(`${address} is not to be asked over TLS`);
      const pool = (): Pool =>
        new Pool(url.origin, {
          connect: upstreamConnector(connectTimeoutMs, allowed, { ...(tls && { tls }) }),
          allowH2: false,
          keepAliveTimeout: KEEP_ALIVE_MS,
          // Time-outs differ from service to service and must strike exactly; the gateway's own tick keeps them.
          headersTimeout: 0,
          bodyTimeout: 0,
        });
      const upstream: Upstream = {
        address,
        host: url.host,
        pathPrefix: url.pathname === '/' ? '' : url.pathname.replace(/\/$/, ''),
        pools: { plain: pool(), streams: pool() },
        raw:
          isRaw && url.protocol === 'http:'
            ? openRawPool({
                origin: url,
                connect: (at, reads, done) =>
                  upstreamConnector(connectTimeoutMs, allowed, { reads })(at, (error, socket) =>
                    done(error, socket),
                  ),
                keepAliveMs: KEEP_ALIVE_MS,
              })
            : null,
        inFlight: 0,
        restsUntilMs: 0,
        refusals: 0,
        refusedAtMs: -1,
        health: openHealth(performance.now()),
        retries: openRetryBudget(performance.now()),
      };
      known.set(key, upstream);
      return upstream;
    },
    retain(used) {
      for (const [key, upstream] of known) {
        if (used.has(upstream)) continue;
        known.delete(key);
        lingering.add(upstream);
        setTimeout(() => {
          if (lingering.delete(upstream)) closePools(upstream, 'close').catch(() => {});
        }, LINGER_MS).unref();
      }
    },
    async close() {
      const all = [...known.values(), ...lingering];
      known.clear();
      lingering.clear();
      await Promise.all(all.map((upstream) => closePools(upstream, 'destroy')));
    },
  };
}

export function noteRefusal(upstream: Upstream, nowMs: number): void {
  const restMs = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** Math.min(upstream.refusals, 6));
  upstream.refusals += 1;
  upstream.refusedAtMs = nowMs;
  upstream.restsUntilMs = nowMs + restMs;
}

export function noteAnswer(upstream: Upstream): void {
  if (upstream.refusals === 0) return;
  upstream.refusals = 0;
  upstream.refusedAtMs = -1;
  upstream.restsUntilMs = 0;
}

async function closePools({ pools, raw }: Upstream, how: 'close' | 'destroy'): Promise<void> {
  raw?.[how]();
  await Promise.all([pools.plain[how](), pools.streams[how]()]);
}
