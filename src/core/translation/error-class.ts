import type { InterfaceName } from './interface-name.ts';

/** What an error of a model's server comes down to, whoever made the server. */
export type ErrorClass =
  /** The request is wrong. */
  | 'bad-request'
  /** Request and answer together would be longer than the model can take. */
  | 'context-too-long'
  /** A filter of the provider stopped the request or the answer. */
  | 'content-filter'
  /** Too many bytes. */
  | 'too-large'
  /** The key is missing or unknown. */
  | 'bad-key'
  | 'not-permitted'
  /** Nothing is left to pay with. */
  | 'no-funds'
  | 'not-found'
  /** This caller asks too often. */
  | 'rate-limited'
  /** Everybody together asks too often. */
  | 'overloaded'
  | 'timed-out'
  | 'failed';

/** An error as it was read. */
export interface ErrorReading {
  readonly class: ErrorClass;
  /** The server's own words; empty where it says nothing that could be read. */
  readonly message: string;
}

interface ErrorNames {
  readonly chat: { readonly type: string; readonly code: string | null };
  readonly messages: string;
}

const ofRequest = (code: string | null, messages = 'invalid_request_error'): ErrorNames => ({
  chat: { type: 'invalid_request_error', code },
  messages,
});

/** How the two interfaces call each class, so that their clients find the exception they know. */
export const ERROR_NAMES: Readonly<Record<ErrorClass, ErrorNames>> = {
  'bad-request': ofRequest(null),
  'context-too-long': ofRequest('context_length_exceeded'),
  'content-filter': ofRequest('content_filter'),
  'too-large': ofRequest('request_too_large', 'request_too_large'),
  'bad-key': ofRequest('invalid_api_key', 'authentication_error'),
  'not-permitted': { chat: { type: 'permission_error', code: null }, messages: 'permission_error' },
  'no-funds': {
    chat: { type: 'insufficient_quota', code: 'insufficient_quota' },
    messages: 'billing_error',
  },
  'not-found': ofRequest('model_not_found', 'not_found_error'),
  'rate-limited': {
    chat: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
    messages: 'rate_limit_error',
  },
  overloaded: { chat: { type: 'server_error', code: 'overloaded' }, messages: 'overloaded_error' },
  'timed-out': { chat: { type: 'server_error', code: 'timeout' }, messages: 'timeout_error' },
  failed: { chat: { type: 'server_error', code: null }, messages: 'api_error' },
};

/** The body that clients of an interface read. */
export function errorBody(to: InterfaceName, { class: kind, message }: ErrorReading): object {
  const names = ERROR_NAMES[kind];
  return to === 'chat'
    ? { error: { message, type: names.chat.type, param: null, code: names.chat.code } }
    : { type: 'error', error: { type: names.messages, message } };
}

/** What a status alone says. */
export function classOfStatus(status: number): ErrorClass {
  switch (status) {
    case 401:
      return 'bad-key';
    case 402:
      return 'no-funds';
    case 403:
      return 'not-permitted';
    case 404:
      return 'not-found';
    case 408:
    case 504:
      return 'timed-out';
    case 413:
      return 'too-large';
    case 429:
      return 'rate-limited';
    case 503:
    case 529:
      return 'overloaded';
    default:
      return status >= 500 ? 'failed' : 'bad-request';
  }
}

/** Nothing that clients could mend, though the status says that they are to blame: it counts as a failure of the release. */
export const isReleasesError = (kind: ErrorClass | null, hasOwnKey: boolean): boolean =>
  kind === 'overloaded' ||
  kind === 'timed-out' ||
  kind === 'failed' ||
  // Who brings a key of their own pays for it as well.
  (kind === 'no-funds' && hasOwnKey);
