import type { InferRequest } from './infer-request.ts';
import { elementsOf, isTooDeep, membersOf, piecesOf } from './json-text.ts';
import { readTensor, type Tensor } from './tensor.ts';

/** More than models have. */
const OUTPUTS_AT_MOST = 1024;
/** Characters that are copied to each of the answers, whatever its rows. */
const COPIED_AT_MOST = 64 * 1024;

/**
 * The answers to requests that were sent as one, each with its own rows of every output, its own id and all else as the service
 * said it. An id that the service gave to the one call stays out, for it would be that of several. Null when the answer is no
 * such answer: an output whose first dimension is not that of the inputs, data in binary, or no JSON. Never throws.
 */
export function splitAnswer(
  body: Buffer,
  requests: readonly Pick<InferRequest, 'rows' | 'id'>[],
): Buffer[] | null {
  try {
    return split(body, requests);
  } catch {
    return null;
  }
}

function split(body: Buffer, requests: readonly Pick<InferRequest, 'rows' | 'id'>[]): Buffer[] | null {
  const text = body.toString('latin1');
  if (isTooDeep(text)) return null;
  const rows = requests.reduce((sum, request) => sum + request.rows, 0);
  const value: unknown = JSON.parse(body.toString('utf8'));
  if (typeof value !== 'object' || value === null || !('outputs' in value) || 'error' in value) return null;
  const given = value.outputs;
  if (!Array.isArray(given) || given.length > OUTPUTS_AT_MOST) return null;
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
    if (name !== 'outputs' && name !== 'id') about += `${text.slice(span.nameFrom, span.to)},`;
  if (outputs.reduce((sum, output) => sum + output.about.length, about.length) > COPIED_AT_MOST) return null;
  const data = outputs.map(({ data: { from }, perRow }) =>
    piecesOf(
      text,
      from,
      requests.map((request) => request.rows * perRow),
    ),
  );
  return requests.map(({ rows: own, id }, at) => {
    const parts = outputs.map(
      (output, nth) =>
        `{${output.about.slice(1)},"shape":[${[own, ...output.rest].join()}],"data":[${data[nth]![at]!}]}`,
    );
    const named = id === null ? '' : `"id":${id},`;
    return Buffer.from(`{${about}${named}"outputs":[${parts.join()}]}`, 'latin1');
  });
}
