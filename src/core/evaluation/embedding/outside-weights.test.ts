import { expect, it } from 'vitest';
import {
  bytes,
  message,
  node,
  tensor,
  text,
  varint,
} from '../../../../examples/spam-filter/training/onnx.ts';
import { tableModel } from '../../../evaluate/embedding/local/testing/table-model.ts';
import { outsideWeights } from './outside-weights.ts';

const entry = (key: string, value: string): Uint8Array => message(text(1, key), text(2, value));
/** A tensor as exporters write it whose numbers stand in another file. */
const outside = message(
  varint(1, 4),
  varint(2, 1),
  text(8, 'weight'),
  bytes(13, entry('location', '../elsewhere.bin')),
  bytes(13, entry('offset', '0')),
  varint(14, 1),
);
const inside = tensor('weight', 1, [1], new Uint8Array(4));
const model = (graph: Uint8Array, ...more: Uint8Array[]): Uint8Array =>
  message(varint(1, 8), bytes(7, graph), ...more);
const constant = (field: number, holding: Uint8Array): Uint8Array =>
  bytes(1, node('Constant', [], 'c', bytes(5, message(text(1, 'value'), bytes(field, holding)))));

it('finds none in a model that is one file', () => {
  const table = tableModel({ table: [[1, 2]], gives: 'tokens' });
  expect(outsideWeights(table)).toEqual({ kind: 'whole' });
  expect(outsideWeights(model(message(bytes(5, inside))))).toEqual({ kind: 'whole' });
});

it.each([
  ['in an initializer', model(message(bytes(5, inside), bytes(5, outside)))],
  ['in a constant', model(message(constant(5, outside)))],
  ['in a list of tensors', model(message(constant(10, outside)))],
  ['in the graph of a branch', model(message(constant(6, message(bytes(5, outside)))))],
  ['in one of several graphs of a node', model(message(constant(11, message(bytes(5, outside)))))],
  ['in a sparse initializer', model(message(bytes(15, message(bytes(1, outside)))))],
  [
    'in a function',
    model(message(), bytes(25, message(bytes(7, message(bytes(5, message(bytes(5, outside)))))))),
  ],
  [
    'in a second graph, which is merged with the first',
    model(message(), bytes(7, message(bytes(5, outside)))),
  ],
])('finds weights outside %s', (_, file) => {
  expect(outsideWeights(file)).toEqual({ kind: 'outside', location: '../elsewhere.bin' });
});

it('also finds a tensor that only says that it is elsewhere', () => {
  const file = model(message(bytes(5, message(text(8, 'weight'), varint(14, 1)))));
  expect(outsideWeights(file)).toMatchObject({ kind: 'outside' });
});

it.each([
  ['nothing', new Uint8Array()],
  ['text', new TextEncoder().encode('{"model": "no"}')],
  ['a model that ends too soon', tableModel({ table: [[1, 2]], gives: 'tokens' }).subarray(0, 100)],
  ['a message without a graph', message(varint(1, 8))],
  ['graphs within graphs without end', endless()],
])('takes %s for no model', (_, file) => {
  expect(outsideWeights(file)).toEqual({ kind: 'no-onnx' });
});

function endless(): Uint8Array {
  let graph = message(bytes(5, inside));
  for (let depth = 0; depth < 100; depth += 1) graph = message(constant(6, graph));
  return model(graph);
}
