import { expect, it } from 'vitest';
import type { OnnxModel } from '../../../core/evaluation/embedding/onnx-method.ts';
import { startModelProcess } from './model-process.ts';

const onnx: OnnxModel = {
  model: 'none.onnx',
  tokenizer: 'none.json',
  pooling: 'mean',
  output: null,
  maxTokens: null,
  prefix: '',
  batch: 1,
  threads: 1,
  timeoutMs: 30_000,
};
const packages = {
  runtime: { file: 'none.js', version: '1' },
  tokenizers: { file: 'none.js', version: '1' },
};
const processes = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;

it('starts no process for a run that was interrupted before, and leaves none where it is meanwhile', async () => {
  await expect(startModelProcess(onnx, packages, AbortSignal.abort())).rejects.toThrow('aborted');
  expect(processes()).toBe(0);
  const interrupt = new AbortController();
  const starting = startModelProcess(onnx, packages, interrupt.signal);
  expect(processes()).toBe(1);
  interrupt.abort();
  await expect(starting).rejects.toThrow('aborted');
  await expect.poll(processes, { timeout: 5_000 }).toBe(0);
});
