/** Where an interface says how many tokens a request and its answer had. */
export interface UsageFields {
  /** Member of the whole answer or of an event that holds the counts; null where they stand in it directly. */
  readonly at: string | null;
  readonly input: string;
  readonly output: string;
  /** Members whose counts belong to the input, but stand beside it. */
  readonly besideInput?: readonly string[];
  /** Of the input, what came from a cache: a member, or a member of a member. */
  readonly cached?: readonly string[];
  /** Of the input, what went into one. */
  readonly written?: readonly string[];
}

/** OpenAI's chat completions, completions and embeddings, and everybody who is compatible with them. */
export const chatUsage: UsageFields = {
  at: 'usage',
  input: 'prompt_tokens',
  output: 'completion_tokens',
  cached: ['prompt_tokens_details', 'cached_tokens'],
};

export const responsesUsage: UsageFields = {
  at: 'usage',
  input: 'input_tokens',
  output: 'output_tokens',
  cached: ['input_tokens_details', 'cached_tokens'],
};

/** Anthropic Messages: what came from a cache, or went into one, is counted apart from `input_tokens`. */
export const anthropicUsage: UsageFields = {
  at: 'usage',
  input: 'input_tokens',
  output: 'output_tokens',
  besideInput: ['cache_read_input_tokens', 'cache_creation_input_tokens'],
  cached: ['cache_read_input_tokens'],
  written: ['cache_creation_input_tokens'],
};

/** Ollama's own interface, in the last line. */
export const ollamaUsage: UsageFields = { at: null, input: 'prompt_eval_count', output: 'eval_count' };

/** The own interface of llama.cpp's server. */
export const llamaUsage: UsageFields = { at: null, input: 'tokens_evaluated', output: 'tokens_predicted' };

/** TGI's `/generate`; it says nothing of the input. */
export const tgiUsage: UsageFields = { at: 'details', input: 'prefill_tokens', output: 'generated_tokens' };
