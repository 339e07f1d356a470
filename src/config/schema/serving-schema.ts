import { z } from 'zod';
import { isHosted, PROVIDER_NAMES } from '../../core/routing/provider.ts';
import { SERVICE_DEFAULTS } from '../defaults.ts';
import { ENV_NAME, ENV_NAME_OR_DEFAULT } from '../placeholder.ts';
import { readHttpAddress } from '../scalars/http-address.ts';
import type { Reading } from '../scalars/reading.ts';
import { REQUEST_PATH_PATTERN, readRequestPath } from '../scalars/request-path.ts';
import { readSecretReference, SECRET_PATTERN } from '../scalars/secret-reference.ts';
import { show } from '../scalars/show.ts';
import { readSize, SIZE_PATTERN } from '../scalars/size.ts';
import { duration, timeLimit } from './duration.ts';
import { choice, count, flag, quantity, scalar, sentence } from './scalar.ts';

const DAY_MS = 86_400_000;

export const requestPath = () =>
  scalar<string>(readRequestPath, { type: 'string', pattern: REQUEST_PATH_PATTERN, maxLength: 2_048 });

const variableName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,127}$/,
    'is not the name of a variable: letters, digits and underscores, no digit first',
  )
  .refine((name) => name !== 'PORT' && name !== 'HOST', 'is set by Tidegate for each replica: listen there');

const variableText = scalar<string>(
  (value): Reading<string> => {
    if (typeof value === 'number' || typeof value === 'boolean') return { value: String(value) };
    if (typeof value !== 'string')
      return {
        problem: `expected a text, got ${show(value)}`,
        ...(value === null ? { suggestion: '""' } : {}),
      };
    if (value.includes('\0')) return { problem: 'a variable must not contain a zero byte' };
    return value.length > 32_768 ? { problem: 'a variable holds at most 32768 characters' } : { value };
  },
  { type: ['string', 'number', 'boolean'] },
);

const MOST_VARIABLES = 1_000;

const isBounded = (variables: unknown): boolean => Object.keys(variables ?? {}).length <= MOST_VARIABLES;

const tooMany = `at most ${MOST_VARIABLES} variables`;

export const env = z
  .record(variableName, variableText)
  .refine(isBounded, { message: tooMany, when: () => true })
  .prefault({})
  .describe(
    `Environment variables. ${ENV_NAME} and ${ENV_NAME_OR_DEFAULT} are filled in when the release is sealed.`,
  );

export const secrets = z
  .record(variableName, scalar<string>(readSecretReference, { type: 'string', pattern: SECRET_PATTERN }))
  .refine(isBounded, { message: tooMany, when: () => true })
  .prefault({})
  .describe(
    'Variables whose values are looked up when a replica starts: env:NAME or file:/path. Never the value itself.',
  );

const ready = z
  .union([
    requestPath(),
    z.strictObject({
      path: requestPath()
        .optional()
        .describe('Answers 2xx once the replica can serve. Default: by protocol.'),
      timeout: timeLimit()
        .prefault(SERVICE_DEFAULTS.readyTimeout)
        .describe('How long a replica may take until it is ready.'),
    }),
  ])
  .optional()
  .describe('The readiness probe: a path, or {path, timeout}. Default: the usual path of the protocol.');

export const replicas = () => count(1, 1_000);

/** `run`: Tidegate starts the replicas. */
export const runSchema = z
  .strictObject({
    command: sentence('a command', 8_192).describe(
      'Starts one replica, through sh -c, listening on $HOST:$PORT.',
    ),
    replicas: replicas().prefault(SERVICE_DEFAULTS.replicas).describe('Processes that share the load.'),
    env,
    secrets,
    ready,
    limits: z
      .strictObject({
        memory: scalar<number>(
          (value) => {
            const reading = readSize(value);
            if ('problem' in reading || reading.value >= 2 ** 20) return reading;
            return { problem: `${value} is too little for any process`, suggestion: '512MiB' };
          },
          { type: 'string', pattern: SIZE_PATTERN },
        )
          .optional()
          .describe('Each replica, such as 512MiB. Default: no limit.'),
        cpu: quantity({ zero: false })
          .optional()
          .describe('Processors for each replica, such as 0.5. Default: no limit.'),
      })
      .prefault({})
      .describe('Enforced where the system allows it.'),
    stop: duration({ mostMs: DAY_MS }).prefault(SERVICE_DEFAULTS.stop).describe('From SIGTERM to SIGKILL.'),
  })
  .describe('Tidegate runs this command.');

/** `external`: somebody else runs it. Its address is checked again once its variables are filled in. */
export const externalSchema = z
  .strictObject({
    address: scalar<string>(
      (value) => (typeof value === 'string' && value.includes('${env:') ? { value } : readHttpAddress(value)),
      { type: 'string', minLength: 1, maxLength: 2_048 },
    ).describe(`Such as http://10.0.0.5:8000. ${ENV_NAME} is filled in when the release is sealed.`),
    ready,
    fingerprint: requestPath()
      .optional()
      .describe('Path whose answer tells what runs there; recorded when sealed, and a change is reported.'),
    ca: sentence('the path of a file', 1_024)
      .optional()
      .describe(
        'With https: PEM file, relative to this one, of the authorities to trust instead of the machine’s. Its text is sealed.',
      ),
    serverName: z
      .string()
      .regex(/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)*$/i, 'is not the name of a host')
      .optional()
      .describe('With https: the name the certificate must be for. Default: that of the address.'),
    provider: choice(PROVIDER_NAMES)
      .optional()
      .describe(
        'Whose interface it is, where paths, keys or the model’s name differ. Left out: asked as clients ask.',
      ),
    model: sentence('the name of a model', 256)
      .optional()
      .describe('With provider: what the model is called there. Default: as the service is.'),
    apiKey: scalar<string>(readSecretReference, { type: 'string', pattern: SECRET_PATTERN })
      .optional()
      .describe(
        'With provider: reference such as env:NAME or file:/path, resolved by the gateway; the client’s own keys do not travel on. Left out: they do.',
      ),
    apiVersion: sentence('a version of the interface', 64)
      .optional()
      .describe('With provider azure: asks the interface of deployments. Left out: its /openai/v1.'),
    translate: flag()
      .optional()
      .describe(
        'With provider: requests for chat completions and for Anthropic’s messages are translated into the one that it speaks. Default: false.',
      ),
    maxTokens: count(1, 10_000_000)
      .optional()
      .describe(
        `With translate and provider anthropic, which demands a bound: tokens of an answer at most, where the client names none. Default: ${SERVICE_DEFAULTS.translation.maxTokens}.`,
      ),
  })
  .superRefine((given, context) => {
    const complain = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', message, path: [key] });
    const { provider, ready: probe, fingerprint } = given;
    for (const key of ['ca', 'serverName'] as const)
      if (given[key] !== undefined && given.address.startsWith('http://'))
        complain(key, `${key} goes with an address that begins with https://`);
    for (const key of ['model', 'apiKey', 'apiVersion', 'translate'] as const)
      if (provider === undefined && given[key] !== undefined) complain(key, `${key} goes with provider`);
    if (provider !== undefined && /\/v1\/?$/.test(given.address))
      complain('address', 'paths of clients begin with /v1 already: leave it out here');
    if (provider !== undefined && provider !== 'azure' && given.apiVersion !== undefined)
      complain('apiVersion', 'apiVersion goes with provider azure');
    if (given.apiVersion !== undefined && given.model === undefined)
      complain('apiVersion', 'the interface of deployments needs a model, which is the deployment');
    if (given.maxTokens !== undefined && (given.translate !== true || provider !== 'anthropic'))
      complain('maxTokens', 'maxTokens goes with translate: true and provider anthropic');
    if (given.translate === true && provider === 'triton')
      complain('translate', 'triton speaks neither of the interfaces that are translated');
    if (provider === undefined || !isHosted(provider)) return;
    if (given.translate === true && given.apiKey === undefined)
      complain(
        'translate',
        `translate needs an apiKey: clients of the other interface have none for ${provider}`,
      );
    const message = `${provider} answers nothing without a key, so nobody can look there`;
    if (probe !== undefined) complain('ready', message);
    if (fingerprint !== undefined) complain('fingerprint', message);
  })
  .describe('Somebody else runs it; Tidegate routes, compares and switches.');
