import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onnxModel } from './onnx.ts';

/** Reads one level of a protobuf message: field number to its values, numbers or bytes. */
function readFields(message: Uint8Array): Map<number, (number | Uint8Array)[]> {
  const fields = new Map<number, (number | Uint8Array)[]>();
  let at = 0;
  const varint = () => {
    let number = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++]!;
      number += (byte & 127) * scale;
      if (byte < 128) return number;
    }
  };
  while (at < message.length) {
    const key = varint();
    let value: number | Uint8Array = varint();
    if (key % 8 === 2) {
      at += value;
      expect(at).toBeLessThanOrEqual(message.length);
      value = message.subarray(at - value, at);
    } else expect(key % 8).toBe(0);
    fields.set(Math.floor(key / 8), [...(fields.get(Math.floor(key / 8)) ?? []), value]);
  }
  return fields;
}

const texts = (values: (number | Uint8Array)[] | undefined) =>
  (values ?? []).map((value) => new TextDecoder().decode(value as Uint8Array));
const messages = (values: (number | Uint8Array)[] | undefined) =>
  (values ?? []).map((value) => readFields(value as Uint8Array));

test('the file is a model whose graph turns index and value into a score', () => {
  const file = readFields(onnxModel({ weights: new Float32Array(512), bias: 0.25 }));
  expect(file.get(1)).toEqual([8]);
  expect(messages(file.get(8))[0]!.get(2)).toEqual([13]);
  const graph = messages(file.get(7))[0]!;
  const nodes = messages(graph.get(1)).map((node) => [
    texts(node.get(4))[0],
    texts(node.get(1)),
    texts(node.get(2)),
  ]);
  expect(nodes).toEqual([
    ['Gather', ['weights', 'index'], ['gathered']],
    ['Mul', ['gathered', 'value'], ['weighted']],
    ['ReduceSum', ['weighted', 'axis'], ['sum']],
    ['Add', ['sum', 'bias'], ['logit']],
    ['Sigmoid', ['logit'], ['score']],
  ]);
  expect(messages(graph.get(11)).map((input) => texts(input.get(1))[0])).toEqual(['index', 'value']);
  expect(messages(graph.get(12)).map((output) => texts(output.get(1))[0])).toEqual(['score']);
});

test('weights and bias come back bit for bit, whatever they are', () => {
  fc.assert(
    fc.property(fc.float32Array({ minLength: 1, maxLength: 400 }), fc.float(), (weights, bias) => {
      const graph = messages(readFields(onnxModel({ weights, bias })).get(7))[0]!;
      const tensors = new Map(messages(graph.get(5)).map((tensor) => [texts(tensor.get(8))[0], tensor]));
      const floats = (name: string) => {
        const bytes = tensors.get(name)!.get(9)![0] as Uint8Array;
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        return Array.from({ length: bytes.length / 4 }, (_, at) => view.getFloat32(at * 4, true));
      };
      expect(tensors.get('weights')!.get(1)).toEqual([weights.length]);
      expect(floats('weights')).toEqual([...weights]);
      expect(floats('bias')).toEqual([bias]);
    }),
    { numRuns: 50 },
  );
});
