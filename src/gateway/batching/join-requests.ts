import type { InferRequest } from './infer-request.ts';
import type { Span } from './json-text.ts';

/** One request for the rows of all, in their order. They must be of the same kind. */
export function joinRequests(requests: readonly InferRequest[]): Buffer {
  const [first] = requests;
  const rows = requests.reduce((sum, request) => sum + request.rows, 0);
  const inputs = first!.inputs.map(({ about, rest }, at) => {
    const data = requests.map(({ text, inputs: own }) => contentOf(text, own[at]!.data)).join(',');
    return `{${about.slice(1)},"shape":[${[rows, ...rest].join()}],"data":[${data}]}`;
  });
  return Buffer.from(`{"inputs":[${inputs.join()}]${first!.common}}`, 'latin1');
}

/** Without the brackets; never empty, as a request that holds no values is not joined. */
const contentOf = (text: string, { from, to }: Span): string => text.slice(from + 1, to - 1);
