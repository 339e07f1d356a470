import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findOnnxPackages } from './find-onnx-packages.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'tidegate-onnx-packages-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A package whose main file stands in a folder, and which exports nothing else. */
const install = (place: string, name: string, version: string): string => {
  const folder = join(root, place, 'node_modules', name);
  mkdirSync(join(folder, 'dist'), { recursive: true });
  const exported = { '.': './dist/index.js' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, exports: exported }));
  writeFileSync(join(folder, 'dist/index.js'), '');
  return join(folder, 'dist/index.js');
};

describe('the packages that run a model', () => {
  it('are found above the folder of the user, else in the next place, with their versions', () => {
    const near = install('project', 'onnxruntime-node', '1.30.0');
    install('own', 'onnxruntime-node', '1.20.0');
    const far = install('own', '@huggingface/tokenizers', '0.2.0');
    expect(findOnnxPackages([join(root, 'project/evals'), join(root, 'own')])).toEqual({
      runtime: { file: near, version: '1.30.0' },
      tokenizers: { file: far, version: '0.2.0' },
    });
  });

  it('are named when they are missing, with what to run', () => {
    install('half', 'onnxruntime-node', '1.30.0');
    const missing = (place: string): unknown => {
      try {
        return findOnnxPackages([join(root, place)]);
      } catch (error) {
        return error;
      }
    };
    expect(missing('empty')).toMatchObject({
      code: 'onnx-not-installed',
      message: expect.stringContaining('onnxruntime-node and @huggingface/tokenizers are not installed'),
      todo: expect.stringContaining('npm install --ignore-scripts onnxruntime-node @huggingface/tokenizers'),
    });
    expect(missing('half')).toMatchObject({
      data: { missing: ['@huggingface/tokenizers'] },
      message: expect.not.stringContaining('onnxruntime-node'),
    });
  });
});
