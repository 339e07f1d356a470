import type { ServerConfig } from './config/server-config.ts';
import { TidegateError } from './errors.ts';

/** `port-in-use` with what to write so that it does not happen again. `hasFile`: there is a tidegate.server.yaml. */
export const withOtherPort = (
  error: TidegateError,
  server: ServerConfig,
  hasFile: boolean,
): TidegateError => {
  const { host, port } = (error.data ?? {}) as { host?: string; port?: number };
  if (host === undefined || port === undefined) return error;
  const other = `"${host.includes(':') ? `[${host}]` : host}:${port > 60_000 ? port - 100 : port + 100}"`;
  const at = server.environments.findIndex(({ gateway }) => gateway.host === host && gateway.port === port);
  return new TidegateError('port-in-use', error.message, {
    cause: error.cause,
    data: { host, port },
    todo: `Stop it, or choose another port${at < 0 ? ` with --listen, or` : ''} in tidegate.server.yaml${hasFile ? '' : ' (write one here)'}: ${at < 0 ? `control: {listen: ${other}}` : ofGateway(server, at, other, hasFile)}`,
  });
};

const ofGateway = ({ environments }: ServerConfig, at: number, address: string, hasFile: boolean): string => {
  const name = environments[at]?.name;
  if (hasFile) return `gateway: ${address} of the environment ${name}`;
  // A list of environments takes the place of the usual ones, so that all of them have to be there.
  const all = environments.map(({ name: each, strategy }, index) =>
    [
      `{name: ${each}`,
      ...(index === at ? [`gateway: ${address}`] : []),
      // What an environment has that says nothing is another strategy.
      ...(strategy.type === 'all-at-once' ? ['strategy: all-at-once'] : []),
    ]
      .join(', ')
      .concat('}'),
  );
  return `environments: [${all.join(', ')}]`;
};
