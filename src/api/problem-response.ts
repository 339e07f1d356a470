import { HTTPException } from 'hono/http-exception';
import { catalogue, isTidegateError, TidegateError } from '../errors.ts';
import type { Problem } from './schemas/problem.ts';

/** The body of a problem (RFC 9457) for an error of the catalogue. */
export const problemOf = (error: TidegateError): Problem => {
  const { title, status } = catalogue[error.code];
  const data = { ...error.data, ...(error.place === undefined ? {} : { place: error.place }) };
  return {
    type: `urn:tidegate:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    todo: error.todo,
    ...(Object.keys(data).length === 0 ? {} : { data }),
  };
};

/** Anything thrown, as an answer. What nobody expected is reported, and its particulars stay inside. */
export const problemResponse = (error: unknown, failed: (error: unknown) => void): Response => {
  const known = knownError(error);
  const problem = problemOf(known);
  if (problem.status >= 500) failed(error);
  const headers = new Headers({ 'content-type': 'application/problem+json' });
  if (catalogue[known.code].retryable) headers.set('retry-after', '1');
  if (problem.status === 401) headers.set('www-authenticate', 'Bearer');
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
};

const knownError = (error: unknown): TidegateError => {
  if (isTidegateError(error)) return error;
  // What the HTTP library itself found wrong with a request, such as a body that is no JSON.
  if (error instanceof HTTPException && error.status < 500)
    return new TidegateError('bad-request', `${error.message || 'The request is malformed'}.`, {
      cause: error,
    });
  return new TidegateError('internal', 'The control plane could not answer this request.', { cause: error });
};
