import { describe, expect, it } from 'vitest';
import { PROVIDER_NAMES, type ProviderName } from '../../core/routing/provider.ts';
import type { ErrorClass } from '../../core/translation/error-class.ts';
import { providers } from './providers.ts';
import { readError } from './read-error.ts';

const openai = (message: string, type: string, code: unknown = null) => ({
  error: { message, type, param: null, code },
});
const anthropic = (type: string, message: string) => ({
  type: 'error',
  error: { type, message },
  request_id: 'req_1',
});

/** Bodies in the form of each maker's documentation, of its source where that says more. */
const CASES: readonly [ProviderName, number | null, unknown, ErrorClass][] = [
  // platform.openai.com/docs/guides/error-codes
  [
    'openai',
    401,
    openai('Incorrect API key provided: sk-1.', 'invalid_request_error', 'invalid_api_key'),
    'bad-key',
  ],
  [
    'openai',
    403,
    openai('Country not supported.', 'request_forbidden', 'unsupported_country'),
    'not-permitted',
  ],
  [
    'openai',
    404,
    openai('The model does not exist.', 'invalid_request_error', 'model_not_found'),
    'not-found',
  ],
  ['openai', 429, openai('Rate limit reached.', 'tokens', 'rate_limit_exceeded'), 'rate-limited'],
  ['openai', 429, openai('You exceeded your quota.', 'insufficient_quota', 'insufficient_quota'), 'no-funds'],
  [
    'openai',
    400,
    openai(
      "This model's maximum context length is 8192 tokens.",
      'invalid_request_error',
      'context_length_exceeded',
    ),
    'context-too-long',
  ],
  ['openai', 400, openai('Unknown parameter.', 'invalid_request_error', 'unknown_parameter'), 'bad-request'],
  ['openai', 500, openai('The server had an error.', 'server_error'), 'failed'],
  ['openai', 503, openai('The engine is overloaded.', 'server_error'), 'overloaded'],
  // docs.anthropic.com/en/api/errors
  ['anthropic', 400, anthropic('invalid_request_error', 'messages: at least one is needed'), 'bad-request'],
  [
    'anthropic',
    400,
    anthropic('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
    'context-too-long',
  ],
  [
    'anthropic',
    400,
    anthropic('invalid_request_error', 'Your credit balance is too low to access the API.'),
    'no-funds',
  ],
  [
    'anthropic',
    400,
    anthropic('invalid_request_error', 'Output blocked by content filtering policy'),
    'content-filter',
  ],
  ['anthropic', 401, anthropic('authentication_error', 'invalid x-api-key'), 'bad-key'],
  ['anthropic', 402, anthropic('billing_error', 'Pay first.'), 'no-funds'],
  ['anthropic', 403, anthropic('permission_error', 'Not with this key.'), 'not-permitted'],
  ['anthropic', 404, anthropic('not_found_error', 'model: x'), 'not-found'],
  ['anthropic', 413, anthropic('request_too_large', 'Too large.'), 'too-large'],
  ['anthropic', 429, anthropic('rate_limit_error', 'Slow down.'), 'rate-limited'],
  ['anthropic', 500, anthropic('api_error', 'Internal server error'), 'failed'],
  ['anthropic', 504, anthropic('timeout_error', 'Timed out.'), 'timed-out'],
  ['anthropic', 529, anthropic('overloaded_error', 'Overloaded'), 'overloaded'],
  ['anthropic', null, anthropic('overloaded_error', 'Overloaded'), 'overloaded'],
  // learn.microsoft.com/azure/ai-foundry/openai, content filtering and quotas
  [
    'azure',
    400,
    {
      error: {
        message: 'The response was filtered.',
        type: null,
        param: 'prompt',
        code: 'content_filter',
        status: 400,
        innererror: { code: 'ResponsibleAIPolicyViolation' },
      },
    },
    'content-filter',
  ],
  ['azure', 404, { error: { code: 'DeploymentNotFound', message: 'No such deployment.' } }, 'not-found'],
  [
    'azure',
    429,
    { error: { code: '429', message: 'Requests have exceeded the rate limit.' } },
    'rate-limited',
  ],
  ['azure', 401, { error: { code: '401', message: 'Access denied.' } }, 'bad-key'],
  ['azure', 401, { statusCode: 401, message: 'Token is invalid' }, 'bad-key'],
  // vLLM: flat up to 0.9, nested after that; the status as a number in a stream
  [
    'vllm',
    400,
    {
      object: 'error',
      message: "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens",
      type: 'BadRequestError',
      param: null,
      code: 400,
    },
    'context-too-long',
  ],
  [
    'vllm',
    404,
    { error: { message: 'The model `x` does not exist.', type: 'NotFoundError', param: null, code: 404 } },
    'not-found',
  ],
  ['vllm', null, { error: { message: 'boom', type: 'BadRequestError', code: 400 } }, 'bad-request'],
  ['vllm', null, { error: { message: 'boom', type: 'InternalServerError', code: 500 } }, 'failed'],
  // Numbers of a maker's own are no status
  ['vllm', null, { error: { message: 'boom', type: 'Odd', code: 1301 } }, 'failed'],
  ['openai', null, { error: { message: 'boom', type: 'odd', code: 0 } }, 'failed'],
  ['tgi', null, { error: { message: 'Model is overloaded', http_status_code: 429 } }, 'rate-limited'],
  ['tgi', null, { error: { message: 'Input validation error', http_status_code: 422 } }, 'bad-request'],
  // huggingface.co/docs/text-generation-inference, messages of its API
  ['tgi', 429, { error: 'Model is overloaded', error_type: 'overloaded' }, 'overloaded'],
  [
    'tgi',
    422,
    {
      error:
        'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 1512. Given: 1000 and 1024',
      error_type: 'validation',
    },
    'context-too-long',
  ],
  ['tgi', 422, { error: 'Input validation error: `temperature`', error_type: 'validation' }, 'bad-request'],
  ['tgi', 424, { error: 'Request failed during generation', error_type: 'generation' }, 'failed'],
  // docs.ollama.com/api/errors, and its OpenAI-compatible paths
  ['ollama', 404, { error: "model 'x' not found" }, 'not-found'],
  ['ollama', 503, { error: 'server busy, please try again.' }, 'overloaded'],
  ['ollama', 400, openai('invalid message content', 'invalid_request_error'), 'bad-request'],
  // tools/server/README.md of llama.cpp
  [
    'llama.cpp',
    400,
    {
      error: {
        code: 400,
        message: 'the request exceeds the available context size',
        type: 'exceed_context_size_error',
        n_prompt_tokens: 1407,
        n_ctx: 256,
      },
    },
    'context-too-long',
  ],
  [
    'llama.cpp',
    503,
    { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } },
    'overloaded',
  ],
  [
    'llama.cpp',
    401,
    { error: { code: 401, message: 'Invalid API Key', type: 'authentication_error' } },
    'bad-key',
  ],
  // The Open Inference Protocol's own form
  ['triton', 400, { error: "Request for unknown model: 'x' is not found" }, 'not-found'],
  ['triton', 503, { error: 'Exceeds maximum queue size' }, 'overloaded'],
  ['kserve', 404, { error: 'Model with name x does not exist.' }, 'not-found'],
  ['kserve', 422, { detail: 'inputs: Field required' }, 'bad-request'],
];

describe('errors of providers', () => {
  it.each(CASES)('%s %s %j is read as %4$s', (name, status, body, expected) => {
    const reading = readError(providers[name].errors, status, body);
    expect(reading.class).toBe(expected);
    expect(reading.message).not.toBe('');
  });

  it('goes by the status where the body says nothing', () => {
    for (const name of PROVIDER_NAMES)
      for (const body of [null, '<html>', [], { error: 7 }, { error: {} }])
        expect(readError(providers[name].errors, 502, body)).toEqual({ class: 'failed', message: '' });
  });

  it('has cases for every provider', () => {
    expect(new Set(CASES.map(([name]) => name))).toEqual(new Set(PROVIDER_NAMES));
  });
});
