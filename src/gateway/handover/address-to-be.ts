import type { CheckedGatewayConfig } from '../gateway-config.ts';

/** Where a process will answer that does not listen yet: where its predecessor does (which may speak TLS or not), or where it was told to. */
export function addressToBe(
  predecessors: string | null,
  { host, port, tls }: Pick<CheckedGatewayConfig, 'host' | 'port' | 'tls'>,
): string {
  const scheme = tls === undefined ? 'http:' : 'https:';
  return predecessors === null
    ? `${scheme}//${host.includes(':') ? `[${host}]` : host}:${port}`
    : predecessors.replace(/^https?:/, scheme);
}
