import type { Protocol } from '../core/routing/table.ts';
import { SERVICE_DEFAULTS } from './defaults.ts';
import { INPUT } from './placeholder.ts';
import { readDuration } from './scalars/duration.ts';
import type { ServiceInput } from './schema/service-schema.ts';
import type {
  EvaluationConfig,
  EvaluationFileConfig,
  ExternalConfig,
  OverlayConfig,
  RunConfig,
  ServiceConfig,
} from './service-config.ts';

/** Spells out what depends on more than one key: the defaults of the protocol, and what kind of service it is. */
export const toServiceConfig = (input: ServiceInput): ServiceConfig => {
  const { service, protocol, traffic, lineage } = input;
  const { code, ...parts } = input.components;
  const given = Object.entries(parts).filter(([, part]) => part !== undefined);
  return {
    service,
    protocol,
    components: {
      ...Object.fromEntries(given),
      code:
        code === undefined && input.run === undefined
          ? null
          : { files: code?.files ?? null, install: code?.install ?? null },
    },
    serving: servingOf(input),
    evaluation: evaluationOf(input),
    traffic,
    lineage,
    overlays: Object.fromEntries(
      Object.entries(input.environments).map(
        ([name, { env, secrets, replicas, strategy }]): [string, OverlayConfig] => [
          name,
          { env, secrets, replicas: replicas ?? null, strategy: strategy ?? null },
        ],
      ),
    ),
  };
};

const servingOf = ({ protocol, run, external }: ServiceInput): RunConfig | ExternalConfig => {
  if (run !== undefined)
    return {
      kind: 'process',
      command: run.command,
      replicas: run.replicas,
      env: run.env,
      secrets: run.secrets,
      ready: readyOf(protocol, run.ready),
      stopGraceMs: run.stop,
      limits: { memoryBytes: run.limits.memory ?? null, cpus: run.limits.cpu ?? null },
    };
  if (external === undefined) throw new Error('a service without run and external passed its checks');
  return {
    kind: 'external',
    address: external.address,
    ready: readyOf(protocol, external.ready),
    fingerprintPath: external.fingerprint ?? null,
    ...(external.ca !== undefined && { caPath: external.ca }),
    ...(external.serverName !== undefined && { serverName: external.serverName }),
    ...(external.provider !== undefined && {
      provider: {
        name: external.provider,
        ...(external.model !== undefined && { model: external.model }),
        ...(external.apiKey !== undefined && { apiKey: external.apiKey }),
        ...(external.apiVersion !== undefined && { apiVersion: external.apiVersion }),
        ...(external.translate === true && {
          translation: { maxTokens: external.maxTokens ?? SERVICE_DEFAULTS.translation.maxTokens },
        }),
      },
    }),
  };
};

type ReadyInput = NonNullable<ServiceInput['run']>['ready'];

const readyOf = (protocol: Protocol, given: ReadyInput): RunConfig['ready'] => {
  if (typeof given === 'object')
    return { path: given.path ?? SERVICE_DEFAULTS.readyPath[protocol], timeoutMs: given.timeout };
  return {
    path: given ?? SERVICE_DEFAULTS.readyPath[protocol],
    timeoutMs: milliseconds(SERVICE_DEFAULTS.readyTimeout),
  };
};

const milliseconds = (text: string): number => {
  const reading = readDuration(text);
  if ('problem' in reading) throw new Error(`the default ${text} is not a duration`);
  return reading.value;
};

const evaluationOf = ({
  service,
  protocol,
  evaluate,
}: ServiceInput): EvaluationConfig | EvaluationFileConfig | null => {
  if (evaluate === undefined) return null;
  if (evaluate.file !== undefined) return { file: evaluate.file, positive: evaluate.positive ?? null };
  if (evaluate.golden === undefined) throw new Error('an evaluation without a golden set passed its checks');
  const usual = usualRequest(service, protocol);
  return {
    golden: evaluate.golden,
    request: {
      method: 'POST',
      path: evaluate.request.path ?? usual.path,
      body: evaluate.request.body ?? usual.body,
    },
    answer: evaluate.answer ?? usual.answer,
    positive: evaluate.positive ?? null,
    concurrency: evaluate.concurrency,
    timeoutMs: evaluate.timeout,
  };
};

/** One text in, one label out, as each protocol says it. */
const usualRequest = (
  service: string,
  protocol: Protocol,
): { path: string; body: unknown; answer: string } => {
  switch (protocol) {
    case 'open-inference':
      return {
        path: `/v2/models/${service}/infer`,
        body: { inputs: [{ name: 'input', shape: [1], datatype: 'BYTES', data: [INPUT] }] },
        answer: '/outputs/0/data/0',
      };
    case 'openai':
      return {
        path: '/v1/chat/completions',
        body: { model: service, temperature: 0, messages: [{ role: 'user', content: INPUT }] },
        answer: '/choices/0/message/content',
      };
    case 'http':
      return { path: '/', body: INPUT, answer: '' };
  }
};
