import { type ErrorCode, TidegateError } from '../../errors.ts';

/** The calls a worker answers: name to what goes in and what comes out, all of it plain data. */
export type CallMap = Record<string, { readonly input: unknown; readonly output: unknown }>;

export type CallMessage<Calls extends CallMap> = {
  [Kind in keyof Calls & string]: {
    readonly id: number;
    readonly kind: Kind;
    readonly input: Calls[Kind]['input'];
  };
}[keyof Calls & string];

/** A `TidegateError` on its way between threads, which would keep nothing but its message. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly data?: Record<string, unknown>;
  readonly cause?: string;
}

export type Outcome =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly failure: Failure };

export type ReplyMessage = Outcome & { readonly id: number };

export type StartMessage =
  | { readonly started: true; readonly output: unknown }
  | { readonly started: false; readonly failure: Failure };

export function failureOf(error: unknown): Failure {
  if (!(error instanceof TidegateError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { code: 'internal', message: 'The storage worker failed unexpectedly.', cause: text };
  }
  const cause = error.cause instanceof Error ? error.cause.message : error.cause;
  return {
    code: error.code,
    message: error.message,
    ...(error.data === undefined ? {} : { data: { ...error.data } }),
    ...(cause === undefined ? {} : { cause: String(cause) }),
  };
}

export function errorOf({ code, message, data, cause }: Failure): TidegateError {
  return new TidegateError(code, message, {
    ...(data === undefined ? {} : { data }),
    ...(cause === undefined ? {} : { cause: new Error(cause) }),
  });
}
