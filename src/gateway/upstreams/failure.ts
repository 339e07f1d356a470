/** Why an upstream call came to nothing. */
export interface Failure {
  readonly kind: /** No connection could be made: nothing was sent. */
    | 'refused'
    /** The connection broke, also in the middle of an answer. */
    | 'reset'
    | 'first-byte-timeout'
    | 'idle-timeout'
    | 'total-timeout'
    /** The answer was no HTTP, or its length was not what it said. */
    | 'garbled'
    /** The request cannot be written as HTTP/1.1; the client is to blame. */
    | 'unsendable'
    /** The request says what the interface of the release cannot; the client is told which field. */
    | 'untranslatable'
    /** What stands for the provider's key leads nowhere. */
    | 'no-key'
    /** The provider does not accept our key; what it says about it stays inside. */
    | 'key-refused'
    /** The client stopped reading for longer than the idle time-out; the release is not to blame. */
    | 'client-stalled'
    /** This machine has no descriptor, port or memory left for the connection. */
    | 'exhausted';
  readonly afterHead: boolean;
  readonly detail: string;
  /** The connection had served other requests before, so it may simply have been closed for idleness. */
  readonly wasIdle?: boolean;
}

const CONNECT_CODES = new Set([
  'REFUSED_ADDRESS',
  'UND_ERR_CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Ours, though they come up while connecting. */
const EXHAUSTION_CODES = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL', 'EAGAIN']);

interface NetworkError {
  readonly name?: string;
  readonly code?: string;
  readonly syscall?: string;
  readonly message: string;
  readonly errors?: readonly NetworkError[];
  readonly socket?: { readonly bytesRead?: number } | null;
}

export function failureOf(thrown: unknown, afterHead: boolean): Failure {
  const error = thrown as NetworkError;
  const first = error.errors?.[0] ?? error;
  const code = first.code ?? '';
  const detail = first.message || code || 'the connection failed';
  if (!afterHead && EXHAUSTION_CODES.has(code)) return { kind: 'exhausted', afterHead, detail };
  if (!afterHead && (CONNECT_CODES.has(code) || first.syscall === 'connect'))
    return { kind: 'refused', afterHead, detail };
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED')
    return { kind: 'unsendable', afterHead, detail };
  if (
    error.name === 'HTTPParserError' ||
    code.startsWith('HPE_') ||
    code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' ||
    code === 'UND_ERR_HEADERS_OVERFLOW'
  ) {
    return { kind: 'garbled', afterHead, detail };
  }
  return { kind: 'reset', afterHead, detail, wasIdle: !afterHead && (error.socket?.bytesRead ?? 0) > 0 };
}

export const isTimeout = ({ kind }: Failure): boolean =>
  kind === 'first-byte-timeout' || kind === 'idle-timeout' || kind === 'total-timeout';

/** Nobody has worked on the request, so nobody charges for it. */
export const isUnsent = ({ kind }: Failure): boolean =>
  kind === 'refused' ||
  kind === 'unsendable' ||
  kind === 'untranslatable' ||
  kind === 'no-key' ||
  kind === 'key-refused' ||
  kind === 'exhausted';

/** The client or this machine brought it about; it says nothing about the release. */
export const isNotReleasesFault = ({ kind }: Failure): boolean =>
  kind === 'unsendable' || kind === 'untranslatable' || kind === 'client-stalled' || kind === 'exhausted';
