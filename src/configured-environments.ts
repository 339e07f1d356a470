import { loadPolicy } from './config/load-policy.ts';
import type { ListenAddress, ServerConfig } from './config/server-config.ts';
import { digestOf } from './core/release/seal.ts';
import type { Environment } from './engine/environments.ts';
import { TidegateError } from './errors.ts';
import { isLoopbackHost } from './gateway/http/is-loopback-host.ts';

/** Environments of tidegate.server.yaml as the engine wants them. Policies are read at each use, so an edit holds for the next rollout. */
export const configuredEnvironments = (server: ServerConfig): Environment[] =>
  server.environments.map(({ name, gateway, tls, strategy, promote, policy }) => ({
    name,
    gateway: origin(gateway, tls !== undefined),
    apiKeyRequired: !isLoopbackHost(gateway.host),
    strategy,
    promote,
    policy: () => {
      const { config, source } = loadPolicy(policy);
      if ((config.metrics ?? []).length > 0 && server.prometheus === null)
        throw new TidegateError(
          'config-invalid',
          `The policy of ${name} has metrics, but nothing says where Prometheus is.`,
          {
            todo: 'Add `prometheus: {address: ...}` to tidegate.server.yaml and start the control plane again.',
          },
        );
      return { policy: config, digest: digestOf(new TextEncoder().encode(source?.text ?? 'default')) };
    },
  }));

export const origin = ({ host, port }: ListenAddress, isSecure: boolean): string =>
  `${isSecure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
