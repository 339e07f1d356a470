import type { InferRequest } from './infer-request.ts';
import type { Span } from './json-text.ts';

/** One request for the rows of all, in their order. They must be of the same kind. */
export function joinRequests(requests: readonly InferRequest[]): Buffer {
  const [first] = requests;
  const rows = requests.reduce((sum, request) => sum + request.rows, 0);
  const inputs = first!.inputs.map(({ about, rest }, at) => {
    const data = requests.map(({ text, inputs: own }) => contentOf(text, own[at]!.elements)).join(',');
    return `{${about.slice(1)},"shape":[${[rows, ...rest].join()}],"data":[${data}]}`;
  });
  return Buffer.from(`{"inputs":[${inputs.join()}]${first!.common}}`, 'latin1');
}

const contentOf = (text: string, elements: readonly Span[]): string =>
  elements.length === 0 ? '' : text.slice(elements[0]!.from, elements.at(-1)!.to);
