import type { ErrorClass } from '../../core/translation/error-class.ts';

/** Where a body says what went wrong. */
export interface ErrorPlace {
  /** Member of the body that holds the rest; null where it stands in the body itself. */
  readonly at: string | null;
  readonly message: string;
  readonly type?: string;
  readonly code?: string;
  /** Where an event of a stream says the status that it would have been; default: `code`, where that is a number. */
  readonly status?: string;
}

/** What a text in one of these places means. A pattern is looked for, a text must be the whole. */
export interface ErrorMark {
  readonly in: 'type' | 'code' | 'message';
  readonly says: string | RegExp;
  readonly means: ErrorClass;
}

/** How a provider says that something went wrong: the first place that fits, and the first mark that is found there. */
export interface ErrorTable {
  readonly places: readonly ErrorPlace[];
  readonly marks: readonly ErrorMark[];
}

const nested: ErrorPlace = { at: 'error', message: 'message', type: 'type', code: 'code' };
const flat: ErrorPlace = { at: null, message: 'message', type: 'type', code: 'code' };
const text: ErrorPlace = { at: null, message: 'error', type: 'error_type' };
/** FastAPI's own, which servers in Python fall back to. */
const detail: ErrorPlace = { at: null, message: 'detail' };

const type = (says: string, means: ErrorClass): ErrorMark => ({ in: 'type', says, means });
const code = (says: string, means: ErrorClass): ErrorMark => ({ in: 'code', says, means });
const words = (says: RegExp, means: ErrorClass): ErrorMark => ({ in: 'message', says, means });

const openaiMarks: readonly ErrorMark[] = [
  code('context_length_exceeded', 'context-too-long'),
  code('content_filter', 'content-filter'),
  code('content_policy_violation', 'content-filter'),
  code('insufficient_quota', 'no-funds'),
  code('billing_hard_limit_reached', 'no-funds'),
  type('insufficient_quota', 'no-funds'),
  code('invalid_api_key', 'bad-key'),
  code('model_not_found', 'not-found'),
  code('rate_limit_exceeded', 'rate-limited'),
  words(/maximum context length/i, 'context-too-long'),
];

export const openaiErrors: ErrorTable = { places: [nested, flat, text, detail], marks: openaiMarks };

export const anthropicErrors: ErrorTable = {
  places: [nested],
  marks: [
    words(/prompt is too long|exceed context limit/i, 'context-too-long'),
    words(/credit balance is too low/i, 'no-funds'),
    words(/content filtering policy/i, 'content-filter'),
    type('authentication_error', 'bad-key'),
    type('permission_error', 'not-permitted'),
    type('billing_error', 'no-funds'),
    type('not_found_error', 'not-found'),
    type('request_too_large', 'too-large'),
    type('rate_limit_error', 'rate-limited'),
    type('timeout_error', 'timed-out'),
    type('overloaded_error', 'overloaded'),
    type('api_error', 'failed'),
    type('invalid_request_error', 'bad-request'),
  ],
};

export const azureErrors: ErrorTable = {
  places: [nested, flat],
  marks: [
    ...openaiMarks,
    code('ResponsibleAIPolicyViolation', 'content-filter'),
    code('DeploymentNotFound', 'not-found'),
    code('PermissionDenied', 'not-permitted'),
  ],
};

export const vllmErrors: ErrorTable = {
  places: [nested, flat, text, detail],
  marks: [
    ...openaiMarks,
    words(/longer than the maximum model length/i, 'context-too-long'),
    type('NotFoundError', 'not-found'),
  ],
};

export const tgiErrors: ErrorTable = {
  // As it tells clients of chat in a stream.
  places: [text, { ...nested, status: 'http_status_code' }],
  marks: [
    words(/`inputs` (tokens|must have less than)/, 'context-too-long'),
    type('overloaded', 'overloaded'),
    type('validation', 'bad-request'),
    type('generation', 'failed'),
    type('incomplete_generation', 'failed'),
  ],
};

export const ollamaErrors: ErrorTable = {
  places: [nested, text],
  marks: [
    words(/^model .* not found/i, 'not-found'),
    words(/server busy/i, 'overloaded'),
    words(/exceeds (the |maximum )?(available )?context/i, 'context-too-long'),
  ],
};

export const llamaErrors: ErrorTable = {
  places: [nested],
  marks: [
    type('exceed_context_size_error', 'context-too-long'),
    type('unavailable_error', 'overloaded'),
    type('authentication_error', 'bad-key'),
    type('permission_error', 'not-permitted'),
    type('not_found_error', 'not-found'),
  ],
};

export const tritonErrors: ErrorTable = {
  places: [text, nested],
  marks: [
    words(/unknown model|is not found/i, 'not-found'),
    words(/exceeds maximum queue size/i, 'overloaded'),
    words(/request timeout expired/i, 'timed-out'),
  ],
};

export const kserveErrors: ErrorTable = {
  places: [text, nested, detail],
  marks: [words(/model with name .* does not exist/i, 'not-found'), ...openaiMarks],
};
