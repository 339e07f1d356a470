/** Whose interface stands behind an address, where that matters for paths, keys or what an answer says about tokens. */
export const PROVIDER_NAMES = [
  'openai',
  'anthropic',
  'azure',
  'vllm',
  'tgi',
  'ollama',
  'llama.cpp',
  'triton',
  'kserve',
] as const;

export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** How a release that somebody else runs is asked. */
export interface ProviderUse {
  readonly name: ProviderName;
  /** What the model is called there; absent: as the service is. With Azure and an `apiVersion` it is the deployment. */
  readonly model?: string;
  /** Reference such as `env:OPENAI_API_KEY`, resolved by the gateway. Absent: the client's own headers travel on. */
  readonly apiKey?: string;
  /** Azure only: asks the interface of deployments with this version. Absent: its `/openai/v1`, which has none. */
  readonly apiVersion?: string;
  /** Requests in the other one of two interfaces are translated for it. Absent: it gets what the client sends. */
  readonly translation?: {
    /** Tokens of an answer at most, for clients that name no bound where the interface demands one. */
    readonly maxTokens: number;
  };
}

/** Services of companies: nothing of them answers without a key, so no probe can look whether they are ready. */
export const isHosted = (name: ProviderName): boolean =>
  name === 'openai' || name === 'anthropic' || name === 'azure';
