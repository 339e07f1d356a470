import { buildConnector } from 'undici';
import type { UpstreamTls } from '../core/routing/upstream-tls.ts';

/** Connects to what somebody else runs, as the release says it proves who it is. Certificates are checked always. */
export const tlsConnector = (tls: UpstreamTls, timeoutMs: number): buildConnector.connector => {
  const connect = buildConnector({
    timeout: timeoutMs,
    allowH2: false,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(tls.ca !== undefined && { ca: tls.ca }),
  });
  // Otherwise the name would be that of the host header.
  return tls.serverName === undefined
    ? connect
    : (options, callback) => connect({ ...options, servername: tls.serverName! }, callback);
};
