import type { Reading } from './reading.ts';
import { show } from './show.ts';

export const REQUEST_PATH_PATTERN = '^/[^\\s#]*$';

/** The path of an HTTP request, perhaps with a query: `/v2/health/ready`. */
export const readRequestPath = (value: unknown): Reading<string> => {
  if (typeof value !== 'string') return { problem: `expected a path such as /health, got ${show(value)}` };
  if (/^\/[\x21\x22\x24-\x7e]*$/.test(value)) return { value };
  const meant =
    /^https?:\/\/[^/]+(\/[^\s#]*)$/.exec(value)?.[1] ??
    (/^[\w.~-][^\s#:]*$/.test(value) ? `/${value}` : undefined);
  return {
    problem: `${show(value)} is not a request path: it starts with / and has no spaces, no # and only ASCII`,
    ...(meant === undefined ? {} : { suggestion: meant }),
  };
};
