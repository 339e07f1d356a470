import { elementsOf, isTooDeep, membersOf, textOf } from './json-text.ts';
import { readTensor, type Tensor } from './tensor.ts';

/** An inference request that can be sent together with others. */
export interface InferRequest {
  readonly text: string;
  readonly rows: number;
  readonly inputs: readonly Tensor[];
  /** The id as it was written; null when there is none. */
  readonly id: string | null;
  /** `parameters` and `outputs` as they were written, with a comma before each; empty where there are none. */
  readonly common: string;
  /** Requests of the same kind can be one. */
  readonly kind: string;
}

const KNOWN = new Set(['id', 'parameters', 'inputs', 'outputs']);

/** Reading a longer one would hold up all other requests of the process for too long. */
const BODY_BYTES_AT_MOST = 64 * 1024;

/** Null for what is to be sent by itself, be it for what it holds or because it is no valid request. Never throws. */
export function inferRequest(body: Buffer): InferRequest | null {
  if (body.length > BODY_BYTES_AT_MOST) return null;
  try {
    return read(body);
  } catch {
    // No JSON, most of the time; whatever else it was about, the release can say.
    return null;
  }
}

function read(body: Buffer): InferRequest | null {
  const text = body.toString('latin1');
  if (isTooDeep(text)) return null;
  // What stands for a byte that is no UTF-8 is not what was sent.
  const utf8 = body.toString('utf8');
  if (utf8.includes('\ufffd')) return null;
  const value: unknown = JSON.parse(utf8);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { inputs: given, id, outputs } = value as Record<string, unknown>;
  if (!Array.isArray(given) || given.length === 0 || given.length > 64) return null;
  if (id !== undefined && typeof id !== 'string') return null;
  if (outputs !== undefined && JSON.stringify(outputs).includes('binary_data')) return null;
  const members = membersOf(text, text.indexOf('{'));
  if (members === null) return null;
  for (const name of members.keys()) if (!KNOWN.has(name)) return null;
  const inputs: Tensor[] = [];
  for (const [index, { from }] of elementsOf(text, members.get('inputs')!.from).entries()) {
    const tensor = readTensor(text, from, given[index]);
    if (tensor === null || tensor.rows !== (inputs[0]?.rows ?? tensor.rows)) return null;
    // Nothing between two commas.
    if (tensor.rest.includes(0)) return null;
    inputs.push(tensor);
  }
  let common = '';
  for (const name of ['parameters', 'outputs']) {
    const span = members.get(name);
    if (span !== undefined) common += `,"${name}":${textOf(text, span)}`;
  }
  if (common.includes('binary_data')) return null;
  const own = members.get('id');
  return {
    text,
    rows: inputs[0]!.rows,
    inputs,
    id: own === undefined ? null : textOf(text, own),
    common,
    kind: inputs.map(({ about, rest, isNested }) => `${about}[${rest.join()}]${isNested}`).join() + common,
  };
}
