import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableModel, wordPieceTokenizer } from './table-model.ts';

export const WORDS = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  'the',
  'cat',
  'dog',
  'sat',
  '##s',
  'broken',
  'spam',
  'ham',
  'beyond',
];
/** The filling is far off, so that it shows wherever it is counted; `broken` is no number, and `beyond` has no row. */
export const TABLE = [
  [50, -70],
  [9, 9],
  [1, 0],
  [0, 1],
  [2, 2],
  [3, 1],
  [1, 3],
  [4, 0],
  [0, 4],
  [Number.NaN, 0],
  [8, 0],
  [0, 8],
];

/** A project with both packages, installed as the documents say, and small models of our own making. */
export const writeOnnxProject = (root: string): void => {
  const packages = ['onnxruntime-node@1.30.0', '@huggingface/tokenizers@0.2.0'];
  writeFileSync(join(root, 'package.json'), '{"private": true}');
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], {
    cwd: root,
    stdio: 'inherit',
  });
  writeFileSync(join(root, 'tokens.onnx'), tableModel({ table: TABLE, gives: 'tokens' }));
  writeFileSync(join(root, 'sentence.onnx'), tableModel({ table: TABLE, gives: 'sentence' }));
  writeFileSync(join(root, 'tokenizer.json'), wordPieceTokenizer(WORDS));
  writeFileSync(join(root, 'bare.json'), wordPieceTokenizer(WORDS, true));
};
