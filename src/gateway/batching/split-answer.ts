import type { InferRequest } from './infer-request.ts';
import { elementsOf, membersOf, textOf } from './json-text.ts';
import { readTensor, type Tensor } from './tensor.ts';

/**
 * The answers to requests that were sent as one, each with its own rows of every output, its own id and all else as the service
 * said it. An id that the service gave to the one call stays out, for it would be that of several. Null when the answer is no
 * such answer: an output whose first dimension is not that of the inputs, data in binary, or no JSON.
 */
export function splitAnswer(
  body: Buffer,
  requests: readonly Pick<InferRequest, 'rows' | 'id'>[],
): Buffer[] | null {
  const rows = requests.reduce((sum, request) => sum + request.rows, 0);
  const utf8 = body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(utf8);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('outputs' in value) || 'error' in value) return null;
  const given = value.outputs;
  if (!Array.isArray(given)) return null;
  const text = body.toString('latin1');
  const members = membersOf(text, text.indexOf('{'));
  if (members === null) return null;
  const outputs: Tensor[] = [];
  for (const [index, { from }] of elementsOf(text, members.get('outputs')!.from).entries()) {
    const tensor = readTensor(text, from, given[index]);
    if (tensor === null || tensor.rows !== rows) return null;
    outputs.push(tensor);
  }
  let about = '';
  for (const [name, span] of members)
    if (name !== 'outputs' && name !== 'id') about += `${JSON.stringify(name)}:${textOf(text, span)},`;
  let before = 0;
  return requests.map(({ rows: own, id }) => {
    const parts = outputs.map((output) => rowsOf(text, output, before, own, rows));
    before += own;
    const named = id === null ? '' : `"id":${id},`;
    return Buffer.from(`{${about}${named}"outputs":[${parts.join()}]}`, 'latin1');
  });
}

function rowsOf(
  text: string,
  { about, rest, elements }: Tensor,
  from: number,
  own: number,
  all: number,
): string {
  const perRow = elements.length / all;
  const first = elements[from * perRow];
  const last = elements[(from + own) * perRow - 1];
  const data =
    first === undefined || last === undefined || perRow === 0 ? '' : text.slice(first.from, last.to);
  return `{${about.slice(1)},"shape":[${[own, ...rest].join()}],"data":[${data}]}`;
}
