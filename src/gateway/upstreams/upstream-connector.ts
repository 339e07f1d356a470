import { lookup } from 'node:dns';
import { isIP, type OnReadOpts } from 'node:net';
import { buildConnector } from 'undici';
import type { UpstreamTls } from '../../core/routing/upstream-tls.ts';
import { isRefusedUrl } from '../checks/refused-address.ts';
import { guardedLookup, RefusedAddress, type Resolve } from './guarded-lookup.ts';

/**
 * Connects to upstreams, except where machines keep their credentials (link-local addresses, metadata services), whether the
 * route names such an address in any of its spellings or a name leads there. `allowed` holds the IP addresses that an
 * operator lets through all the same.
 */
export function upstreamConnector(
  timeoutMs: number,
  allowed: ReadonlySet<string> = new Set(),
  {
    resolve = lookup,
    tls = {},
    reads,
  }: {
    readonly resolve?: Resolve;
    readonly tls?: UpstreamTls;
    /** Gets what connections in cleartext read, in place of their listeners. */
    readonly reads?: OnReadOpts;
  } = {},
): buildConnector.connector {
  const connect = buildConnector({
    timeout: timeoutMs,
    allowH2: false,
    // Certificates are checked always; nothing here can switch that off.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(tls.ca !== undefined && { ca: tls.ca }),
    ...(reads && { onread: reads }),
    lookup: guardedLookup(resolve, allowed),
  } as buildConnector.BuildOptions);
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, '');
    const url = `http://${isIP(host) === 6 ? `[${host.split('%', 1)[0]}]` : host}`;
    if (!allowed.has(host) && isRefusedUrl(url)) {
      process.nextTick(callback as (error: Error, socket: null) => void, new RefusedAddress(host), null);
    } else if (tls.serverName === undefined) connect(options, callback);
    else connect({ ...options, servername: tls.serverName }, callback);
  };
}
