import type { ProviderName, ProviderUse } from '../../core/routing/provider.ts';
import type { InterfaceName } from '../../core/translation/interface-name.ts';
import { withModelInPath } from '../model-in-path.ts';
import {
  anthropicErrors,
  azureErrors,
  type ErrorTable,
  kserveErrors,
  llamaErrors,
  ollamaErrors,
  openaiErrors,
  tgiErrors,
  tritonErrors,
  vllmErrors,
} from './error-table.ts';
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
  /** How it says that something went wrong. */
  readonly errors: ErrorTable;
  /** The interface that requests are translated into where that is wanted. */
  readonly speaks: InterfaceName;
  /** What it calls the bound on the tokens of an answer in chat. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
}

const bearer = { header: 'authorization', prefix: 'Bearer ' } as const;
const asItIs = (path: string): string => path;

const openai: Provider = {
  key: bearer,
  headers: {},
  path: asItIs,
  usage: [chatUsage, responsesUsage],
  errors: openaiErrors,
  speaks: 'chat',
  maxTokensField: 'max_completion_tokens',
};

/** Servers that took over the interface while the bound was still called so, and some of which know no other name. */
const compatible: Provider = { ...openai, maxTokensField: 'max_tokens' };

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
    errors: anthropicErrors,
    speaks: 'messages',
    maxTokensField: 'max_completion_tokens',
  },
  azure: { ...openai, key: { header: 'api-key', prefix: '' }, path: azurePath, errors: azureErrors },
  vllm: { ...compatible, usage: [chatUsage, responsesUsage, anthropicUsage], errors: vllmErrors },
  tgi: { ...compatible, usage: [chatUsage, tgiUsage], errors: tgiErrors },
  ollama: {
    ...compatible,
    usage: [chatUsage, ollamaUsage, responsesUsage, anthropicUsage],
    errors: ollamaErrors,
  },
  'llama.cpp': {
    ...compatible,
    usage: [chatUsage, llamaUsage, responsesUsage, anthropicUsage],
    errors: llamaErrors,
  },
  triton: { ...compatible, path: (path, use) => modelPath(path, use), errors: tritonErrors },
  kserve: { ...compatible, path: kservePath, errors: kserveErrors },
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
