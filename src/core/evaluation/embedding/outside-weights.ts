/** What an ONNX file says about files beside it. */
export type OutsideWeights =
  | { readonly kind: 'whole' }
  /** Some weights stand in the file of that name. */
  | { readonly kind: 'outside'; readonly location: string }
  | { readonly kind: 'no-onnx' };

/**
 * Messages of onnx.proto3 (github.com/onnx/onnx) that can hold weights, by the numbers of the fields that lead to them. Everything else is passed over.
 */
const INSIDE: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  function: { 7: 'node', 11: 'attribute' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
};
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
/** Graphs within graphs; deeper than this is no model that anyone exported. */
const DEEPEST = 64;

/** Looks for weights outside of an ONNX file: they would not be sealed, nor be in its digest, and may name any file of the machine. */
export const outsideWeights = (file: Uint8Array): OutsideWeights => {
  try {
    let hasGraph = false;
    const visit = (kind: string, message: Uint8Array, depth: number): string | null => {
      if (depth > DEEPEST) throw new RangeError('graphs within graphs without end');
      for (const { number, bytes, value } of fieldsOf(message)) {
        if (kind === 'model' && number === 7) hasGraph = true;
        if (kind === 'tensor') {
          if (number === EXTERNAL_DATA && bytes !== null) return locationIn(bytes) ?? 'another file';
          if (number === DATA_LOCATION && value === 1) return 'another file';
          continue;
        }
        const inner = INSIDE[kind]?.[number];
        if (inner === undefined || bytes === null) continue;
        const found = visit(inner, bytes, depth + 1);
        if (found !== null) return found;
      }
      return null;
    };
    const location = visit('model', file, 0);
    if (location !== null) return { kind: 'outside', location };
    return hasGraph ? { kind: 'whole' } : { kind: 'no-onnx' };
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'no-onnx' };
    throw error;
  }
};

interface Field {
  readonly number: number;
  /** Null of a number. */
  readonly bytes: Uint8Array | null;
  /** Null of bytes, and of numbers that are no varint. */
  readonly value: number | null;
}

/** One level of a protobuf message. @throws RangeError where it is none */
function* fieldsOf(message: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let number = 0;
    for (let scale = 1, length = 0; length < 10; scale *= 128, length += 1) {
      const byte = message[at];
      if (byte === undefined) break;
      at += 1;
      number += (byte & 127) * scale;
      if (byte < 128) return number;
    }
    throw new RangeError('no protobuf');
  };
  const skip = (count: number): Uint8Array => {
    if (!(at + count <= message.length)) throw new RangeError('no protobuf');
    at += count;
    return message.subarray(at - count, at);
  };
  while (at < message.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    if (number === 0) throw new RangeError('no protobuf');
    switch (key % 8) {
      case 0:
        yield { number, bytes: null, value: varint() };
        break;
      case 1:
        skip(8);
        break;
      case 2:
        yield { number, bytes: skip(varint()), value: null };
        break;
      case 5:
        skip(4);
        break;
      default:
        throw new RangeError('no protobuf');
    }
  }
}

/** The value under `location` of one entry of `external_data`. */
const locationIn = (entry: Uint8Array): string | null => {
  const texts = new Map<number, string>();
  for (const { number, bytes } of fieldsOf(entry))
    if (bytes !== null) texts.set(number, new TextDecoder().decode(bytes));
  return texts.get(1) === 'location' ? (texts.get(2) ?? null) : null;
};
