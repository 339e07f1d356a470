import type { LogisticModel } from './logistic-regression.ts';

/**
 * An ONNX file (IR 8, operator set 13) that computes sigmoid(bias + sum over k of weights[index[n,k]] * value[n,k]).
 * Inputs `index` (int32 [n, k]) and `value` (float32 [n, k]); rows shorter than k are padded with value 0. Output `score`
 * (float32 [n]). Gathering a few hundred weights is much less work than multiplying a dense row of all buckets.
 * Field numbers are those of onnx.proto3 in https://github.com/onnx/onnx.
 */
export function onnxModel(model: LogisticModel): Uint8Array {
  const graph = message(
    bytes(1, node('Gather', ['weights', 'index'], 'gathered')),
    bytes(1, node('Mul', ['gathered', 'value'], 'weighted')),
    bytes(1, node('ReduceSum', ['weighted', 'axis'], 'sum', bytes(5, integerAttribute('keepdims', 0)))),
    bytes(1, node('Add', ['sum', 'bias'], 'logit')),
    bytes(1, node('Sigmoid', ['logit'], 'score')),
    text(2, 'spam-filter'),
    bytes(5, tensor('weights', FLOAT, [model.weights.length], littleEndianFloats(model.weights))),
    bytes(5, tensor('bias', FLOAT, [1], littleEndianFloats(Float32Array.of(model.bias)))),
    bytes(5, tensor('axis', INT64, [1], Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0))),
    bytes(11, value('index', INT32, ['n', 'k'])),
    bytes(11, value('value', FLOAT, ['n', 'k'])),
    bytes(12, value('score', FLOAT, ['n'])),
  );
  return message(varint(1, 8), text(2, 'tidegate-spam-filter'), bytes(7, graph), bytes(8, varint(2, 13)));
}

/** TensorProto.DataType */
export const FLOAT = 1;
const INT32 = 6;
export const INT64 = 7;
/** AttributeProto.AttributeType */
const INT_ATTRIBUTE = 2;

export function node(
  operator: string,
  inputs: string[],
  output: string,
  ...attributes: Uint8Array[]
): Uint8Array {
  return message(
    ...inputs.map((input) => text(1, input)),
    text(2, output),
    text(3, output),
    text(4, operator),
    ...attributes,
  );
}

export function integerAttribute(name: string, setting: number): Uint8Array {
  return message(text(1, name), varint(3, setting), varint(20, INT_ATTRIBUTE));
}

export function tensor(name: string, type: number, shape: number[], data: Uint8Array): Uint8Array {
  return message(...shape.map((size) => varint(1, size)), varint(2, type), text(8, name), bytes(9, data));
}

export function value(name: string, type: number, dimensions: string[]): Uint8Array {
  const shape = message(...dimensions.map((dimension) => bytes(1, text(2, dimension))));
  return message(text(1, name), bytes(2, bytes(1, message(varint(1, type), bytes(2, shape)))));
}

export function littleEndianFloats(numbers: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(numbers.length * 4));
  for (const [at, number] of numbers.entries()) view.setFloat32(at * 4, number, true);
  return new Uint8Array(view.buffer);
}

export function text(field: number, content: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(content));
}

export function bytes(field: number, content: Uint8Array): Uint8Array {
  return message(Uint8Array.from([...varintBytes(field * 8 + 2), ...varintBytes(content.length)]), content);
}

export function varint(field: number, number: number): Uint8Array {
  return Uint8Array.from([...varintBytes(field * 8), ...varintBytes(number)]);
}

function varintBytes(number: number): number[] {
  const out: number[] = [];
  let rest = number;
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return [...out, rest];
}

export function message(...fields: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(fields));
}
