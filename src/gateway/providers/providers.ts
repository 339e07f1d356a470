import type { ProviderName, ProviderUse } from '../../core/routing/provider.ts';
import { withModelInPath } from '../model-in-path.ts';
import {
  anthropicUsage,
  chatUsage,
  llamaUsage,
  ollamaUsage,
  responsesUsage,
  tgiUsage,
  type UsageFields,
} from './usage-fields.ts';

/** How a provider wants to be asked, and what its answers say. */
export interface Provider {
  /** Where its key goes; the value is `prefix` and the key. */
  readonly key: { readonly header: string; readonly prefix: string };
  /** Sent where the client sends none of that name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The path and query there for a path of ours, which begins with a slash. */
  readonly path: (path: string, use: ProviderUse) => string;
  /** What an answer may say about tokens; the first that fits counts. */
  readonly usage: readonly UsageFields[];
  /** A status that says that it has too much to do, beside 429 and 503. */
  readonly overloaded: number | null;
}

const bearer = { header: 'authorization', prefix: 'Bearer ' } as const;
const asItIs = (path: string): string => path;

const openai: Provider = {
  key: bearer,
  headers: {},
  path: asItIs,
  usage: [chatUsage, responsesUsage],
  overloaded: null,
};

/**
 * Differences between providers. From their own documentation: platform.openai.com/docs/api-reference,
 * docs.anthropic.com/en/api, learn.microsoft.com/azure/ai-foundry/openai, docs.vllm.ai, huggingface.co/docs/text-generation-inference,
 * docs.ollama.com/api, the README of llama.cpp's server, docs.nvidia.com/deeplearning/triton-inference-server, kserve.github.io.
 */
export const providers: Readonly<Record<ProviderName, Provider>> = {
  openai,
  anthropic: {
    key: { header: 'x-api-key', prefix: '' },
    headers: { 'anthropic-version': '2023-06-01' },
    path: asItIs,
    usage: [anthropicUsage, chatUsage],
    overloaded: 529,
  },
  azure: { ...openai, key: { header: 'api-key', prefix: '' }, path: azurePath },
  vllm: { ...openai, usage: [chatUsage, responsesUsage, anthropicUsage] },
  tgi: { ...openai, usage: [chatUsage, tgiUsage] },
  ollama: { ...openai, usage: [chatUsage, ollamaUsage, responsesUsage, anthropicUsage] },
  'llama.cpp': { ...openai, usage: [chatUsage, llamaUsage, responsesUsage, anthropicUsage] },
  triton: { ...openai, path: (path, use) => modelPath(path, use) },
  kserve: { ...openai, path: kservePath },
};

/** Of a release that names no provider: whatever speaks one of the common interfaces. */
export const anyUsage: readonly UsageFields[] = [
  chatUsage,
  anthropicUsage,
  responsesUsage,
  ollamaUsage,
  llamaUsage,
];

const V1 = '/v1/';
/** What Azure offers below a deployment; the rest stands beside them. */
const OF_DEPLOYMENT = /^(chat\/completions|completions|embeddings|audio\/|images\/)/;

function azurePath(path: string, { model, apiVersion }: ProviderUse): string {
  if (!path.startsWith(V1)) return path;
  const rest = path.slice(V1.length);
  if (apiVersion === undefined) return `/openai/v1/${rest}`;
  const base = OF_DEPLOYMENT.test(rest)
    ? `/openai/deployments/${encodeURIComponent(model ?? '')}/`
    : '/openai/';
  const joint = rest.includes('?') ? '&' : '?';
  return `${base}${rest}${joint}api-version=${encodeURIComponent(apiVersion)}`;
}

const modelPath = (path: string, { model }: ProviderUse): string =>
  model === undefined ? path : withModelInPath(path, model);

function kservePath(path: string, use: ProviderUse): string {
  return path.startsWith(V1) ? `/openai${path}` : modelPath(path, use);
}
