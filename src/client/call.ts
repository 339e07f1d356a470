import type { Problem } from '../api/schemas/problem.ts';
import { catalogue, type ErrorCode, TidegateError } from '../errors.ts';

export interface ClientOptions {
  /** Address of the control plane, such as `http://127.0.0.1:7070`. */
  readonly server: string;
  /** Null when the browser's cookie is the login. */
  readonly token: string | null;
  /** Who acts; recorded beside the name of the token. */
  readonly actor?: string;
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly json?: unknown;
  readonly body?: ReadableStream<Uint8Array>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** Null waits for ever. Default 30 s. */
  readonly timeoutMs?: number | null;
}

/** Sends a request to the API. Resolves with any 2xx answer. @throws TidegateError with the code the server gave, or `server-unreachable` */
export type Call = (path: string, options?: CallOptions) => Promise<Response>;

const defaultTimeoutMs = 30_000;

export const openCall = ({ server, token, actor, fetch: send = fetch }: ClientOptions): Call => {
  const base = `${server.replace(/\/+$/, '')}/api/v1`;
  return async (path, options = {}) => {
    const response = await attempt(send, base, path, options, { token, actor }).catch((cause: unknown) => {
      if (options.signal?.aborted) throw cause;
      throw failureOf(cause, server);
    });
    if (response.ok) return response;
    throw await problemIn(response, server);
  };
};

/** What Node says of a certificate that it does not accept; browsers say nothing. */
const untrusted: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself, and nothing here trusts it',
  SELF_SIGNED_CERT_IN_CHAIN: 'nothing here trusts the authority that issued it',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'nothing here trusts the authority that issued it',
  UNABLE_TO_GET_ISSUER_CERT: 'nothing here trusts the authority that issued it',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'nothing here trusts the authority that issued it',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
};

const failureOf = (cause: unknown, server: string): TidegateError => {
  const reason = untrusted[codeIn(cause)];
  return reason === undefined
    ? new TidegateError('server-unreachable', `The control plane at ${server} does not answer.`, { cause })
    : new TidegateError('server-untrusted', `The certificate of ${server} is not accepted: ${reason}.`, {
        cause,
      });
};

/** `fetch` wraps what happened to the connection. */
const codeIn = (error: unknown): string => {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return typeof code === 'string' ? code : cause === undefined ? '' : codeIn(cause);
};

const attempt = (
  send: typeof fetch,
  base: string,
  path: string,
  { method = 'GET', query, json, body, headers, signal, timeoutMs = defaultTimeoutMs }: CallOptions,
  { token, actor }: { token: string | null; actor: string | undefined },
): Promise<Response> => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) parameters.set(name, String(value));
  const all = new Headers();
  for (const [name, value] of Object.entries(headers ?? {})) if (value !== undefined) all.set(name, value);
  if (token !== null) all.set('authorization', `Bearer ${token}`);
  if (actor !== undefined && actor !== '') all.set('tidegate-actor', actor);
  if (json !== undefined) all.set('content-type', 'application/json');
  if (body !== undefined) all.set('content-type', 'application/octet-stream');
  const signals = [
    ...(signal === undefined ? [] : [signal]),
    ...(timeoutMs === null ? [] : [AbortSignal.timeout(timeoutMs)]),
  ];
  return send(`${base}${path}${parameters.size === 0 ? '' : `?${parameters}`}`, {
    method,
    headers: all,
    // The token belongs to this server only.
    redirect: 'error',
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(body === undefined ? {} : { body, duplex: 'half' as const }),
    ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
  });
};

const problemIn = async (response: Response, server: string): Promise<TidegateError> => {
  const text = await response.text().catch(() => '');
  const problem = parse(text);
  if (problem === null) {
    const code = codeOfStatus(response.status);
    return new TidegateError(code, `${server} answered ${response.status} and not as Tidegate does.`);
  }
  const code: ErrorCode = problem.code in catalogue ? problem.code : 'internal';
  return new TidegateError(code, problem.detail, {
    todo: problem.todo,
    ...(problem.data === undefined ? {} : { data: problem.data }),
  });
};

const parse = (text: string): Problem | null => {
  try {
    const value = JSON.parse(text) as Partial<Problem> | null;
    return typeof value?.code === 'string' && typeof value.detail === 'string' ? (value as Problem) : null;
  } catch {
    return null;
  }
};

/** For answers without a body (HEAD) and for servers that are no Tidegate. */
const codeOfStatus = (status: number): ErrorCode => {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 412:
      return 'conflict';
    case 413:
      return 'too-large';
    default:
      return 'server-unreachable';
  }
};
