import { z } from 'zod';
import { SERVER_DEFAULTS } from '../defaults.ts';
import { readHttpAddress } from '../scalars/http-address.ts';
import { readIpAddress } from '../scalars/ip-address.ts';
import { LISTEN_PATTERN, readListenAddress } from '../scalars/listen-address.ts';
import { NAME_PATTERN, readName } from '../scalars/name.ts';
import { readSecretReference, SECRET_PATTERN } from '../scalars/secret-reference.ts';
import type { EnvironmentConfig, ListenAddress, ServerConfig } from '../server-config.ts';
import { timeLimit } from './duration.ts';
import { identityIn, identitySchema } from './identity-schema.ts';
import { choice, count, type IssueNotes, scalar, sentence } from './scalar.ts';
import { strategySchema } from './strategy-schema.ts';
import { gatewayTelemetrySchema } from './telemetry-schema.ts';
import { tlsSchema } from './tls-schema.ts';

const listen = () => scalar<ListenAddress>(readListenAddress, { type: 'string', pattern: LISTEN_PATTERN });

const environment = z.strictObject({
  name: scalar<string>(readName, { type: 'string', pattern: NAME_PATTERN }).describe(
    'Such as staging or production: lower-case letters, digits, hyphens.',
  ),
  gateway: listen()
    .optional()
    .describe(
      `Where applications call. Default: ${SERVER_DEFAULTS.gatewayHost}:${SERVER_DEFAULTS.firstGatewayPort} for the first environment, one port higher for each further one. Anything but loopback requires API keys.`,
    ),
  tls: tlsSchema.optional(),
  gatewayProcesses: count(1, 64)
    .prefault(SERVER_DEFAULTS.gatewayProcesses)
    .describe('Gateway processes that share the address.'),
  upstreamsAllowed: z
    .array(scalar<string>(readIpAddress, { type: 'string' }))
    .max(64)
    .prefault([])
    .describe(
      'IP addresses of upstreams that the gateways refuse otherwise: link-local ones, and those of the metadata services of clouds.',
    ),
  strategy: strategySchema.prefault(SERVER_DEFAULTS.strategy),
  promote: choice(['manual', 'automatic'])
    .prefault(SERVER_DEFAULTS.promote)
    .describe('How a release travels on to the next environment once its rollout here is complete.'),
  policy: sentence('a path', 1_024)
    .optional()
    .describe('Policy file, relative to this one. Default: the built-in policy.'),
});

type Environment = z.output<typeof environment>;

const environments = z
  .array(environment)
  .superRefine((list, context) => {
    const issue = (message: string, path: (string | number)[], suggestion?: string): void => {
      const notes: IssueNotes = suggestion === undefined ? {} : { suggestion };
      context.addIssue({ code: 'custom', message, path, params: { ...notes } });
    };
    if (list.length === 0) issue('at least one environment is needed', []);
    const names = new Set<string>();
    list.forEach(({ name, promote }, index) => {
      if (names.has(name)) issue(`there is another environment named ${name}`, [index, 'name']);
      names.add(name);
      if (promote === 'automatic' && index === list.length - 1)
        issue('there is no environment after the last one to promote to', [index, 'promote'], 'manual');
    });
  })
  .prefault(SERVER_DEFAULTS.environments.map((each) => ({ ...each })))
  .describe('In the order releases travel through them.');

const prometheus = z
  .strictObject({
    address: scalar<string>(readHttpAddress, { type: 'string', pattern: '^https?://' }).describe(
      'Where its HTTP API is, without /api/v1. The only address that metrics of policies are asked for at.',
    ),
    token: scalar<string>(readSecretReference, { type: 'string', pattern: SECRET_PATTERN })
      .optional()
      .describe('Sent as a bearer token: env:NAME or file:/path, never the token itself.'),
    timeout: timeLimit().prefault(SERVER_DEFAULTS.prometheus.timeout).describe('For one answer as a whole.'),
  })
  .describe('The Prometheus that the `metrics` of policies are about.');

/** tidegate.server.yaml. Paths of policies come out as they were written. */
export const serverSchema = z
  .strictObject({
    control: z
      .strictObject({
        listen: listen()
          .prefault(SERVER_DEFAULTS.control)
          .describe('Where the API and the status page answer. Port 0 lets the system choose.'),
        tls: tlsSchema.optional(),
      })
      .prefault({})
      .describe('The control plane.'),
    environments,
    gateway: z
      .strictObject({
        identity: identitySchema.optional(),
        telemetry: gatewayTelemetrySchema,
        transport: choice(['standard', 'raw'])
          .prefault(SERVER_DEFAULTS.transport)
          .describe(
            'What reads and writes HTTP/1.1 in cleartext. `raw` leaves all but plain requests to the standard one, which needs more of the processor for each: docs/transports.md.',
          ),
      })
      .prefault({})
      .describe('What holds for the gateways of all environments.'),
    prometheus: prometheus.optional(),
  })
  .superRefine(({ gateway, environments: list }, context) => {
    gateway.identity?.issuers.forEach(({ environments: where = [] }, index) => {
      where.forEach((name, at) => {
        if (list.some((each) => each.name === name)) return;
        const path = ['gateway', 'identity', 'issuers', index, 'environments', at];
        context.addIssue({ code: 'custom', message: `there is no environment named ${name}`, path });
      });
    });
  })
  .superRefine(({ control, environments: list }, context) => {
    const users = new Map([[addressText(control.listen), 'the control plane']]);
    list.forEach((each, index) => {
      const gateway = gatewayOf(each, index);
      const user = users.get(addressText(gateway));
      if (user !== undefined && gateway.port !== 0) {
        const message = `${addressText(gateway)} is already used by ${user}`;
        context.addIssue({ code: 'custom', message, path: ['environments', index, 'gateway'] });
      }
      users.set(addressText(gateway), `environment ${each.name}`);
    });
  })
  .transform(
    ({ control, environments: list, gateway, prometheus: asked }): ServerConfig => ({
      control,
      prometheus:
        asked === undefined
          ? null
          : { address: asked.address, token: asked.token ?? null, timeoutMs: asked.timeout },
      environments: list.map((each, index): EnvironmentConfig => {
        const identity = identityIn(gateway.identity, each.name);
        return {
          ...each,
          gateway: gatewayOf(each, index),
          policy: each.policy ?? null,
          ...(identity !== null && { identity }),
          ...(gateway.telemetry !== undefined && { telemetry: gateway.telemetry }),
          ...(gateway.transport === 'raw' && { transport: gateway.transport }),
        };
      }),
    }),
  );

const gatewayOf = ({ gateway }: Environment, index: number): ListenAddress =>
  gateway ?? { host: SERVER_DEFAULTS.gatewayHost, port: SERVER_DEFAULTS.firstGatewayPort + index };

const addressText = ({ host, port }: ListenAddress): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;
