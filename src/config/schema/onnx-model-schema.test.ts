import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEvaluation } from '../load-evaluation.ts';

const project = mkdtempSync(join(tmpdir(), 'tidegate-onnx-config-'));
const evals = join(project, 'evals');
beforeAll(() => {
  mkdirSync(join(evals, 'models'), { recursive: true });
  for (const path of ['evals/models/a.onnx', 'evals/models/a.json', 'shared.onnx'])
    writeFileSync(join(project, path), '');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const read = (scorer: string, root: string | null = null) =>
  readEvaluation(
    `golden: golden.jsonl\ntarget: {url: 'http://127.0.0.1:1/'}\nscorers:\n  - ${scorer}\n`,
    join(evals, 'tidegate-eval.yaml'),
    false,
    root,
  );
const messages = (scorer: string, root: string | null = null): string =>
  read(scorer, root)
    .problems.map(({ path, message }) => `${path}: ${message}`)
    .join('\n');
const FILES = 'model: models/a.onnx, tokenizer: models/a.json';

describe('a model on this machine', () => {
  it('has its defaults spelled out, and absolute paths', () => {
    const { plan, problems } = read(`{scorer: embedding_similarity, onnx: {${FILES}, pooling: mean}}`);
    expect(problems).toEqual([]);
    expect(plan!.scorers[0]!.how).toEqual({
      kind: 'local-embedding',
      onnx: {
        model: join(evals, 'models/a.onnx'),
        tokenizer: join(evals, 'models/a.json'),
        pooling: 'mean',
        output: null,
        maxTokens: null,
        prefix: '',
        batch: 1,
        threads: 1,
        timeoutMs: 60_000,
      },
    });
  });

  it('may be told everything', () => {
    const onnx = `{${FILES}, pooling: none, output: x, maxTokens: 64, prefix: "query: ", batch: 16, threads: 2, timeout: 5s}`;
    expect(read(`{scorer: embedding_similarity, onnx: ${onnx}}`).plan!.scorers[0]!.how).toMatchObject({
      onnx: {
        pooling: 'none',
        output: 'x',
        maxTokens: 64,
        prefix: 'query: ',
        batch: 16,
        threads: 2,
        timeoutMs: 5_000,
      },
    });
  });

  it.each([
    [`{scorer: embedding_similarity, onnx: {${FILES}}}`, '"pooling" is missing'],
    [`{scorer: embedding_similarity, onnx: {${FILES}, pooling: max}}`, 'pooling'],
    [`{scorer: embedding_similarity, onnx: {${FILES}, pooling: mean, threads: 0}}`, 'threads'],
    ['{scorer: embedding_similarity}', 'needs endpoint'],
    [
      `{scorer: embedding_similarity, onnx: {${FILES}, pooling: mean}, endpoint: {url: 'http://x/', model: m}}`,
      'there is one model: endpoint, or onnx',
    ],
    [`{scorer: contains, onnx: {${FILES}, pooling: mean}}`, 'onnx: does not belong to the scorer contains'],
    [
      '{scorer: embedding_similarity, onnx: {model: models/b.onnx, tokenizer: models/a.json, pooling: mean}}',
      'onnx.model: there is no file models/b.onnx',
    ],
    [
      '{scorer: embedding_similarity, onnx: {model: models/a.onnx, tokenizer: b.json, pooling: mean}}',
      'onnx.tokenizer: there is no file b.json',
    ],
  ])('is refused: %s', (scorer, message) => {
    expect(messages(scorer)).toContain(message);
  });

  it('stands below the folder of the service file where a release is sealed with it', () => {
    const at = (model: string): string =>
      `{scorer: embedding_similarity, onnx: {model: ${model}, tokenizer: models/a.json, pooling: mean}}`;
    expect(messages(at('models/a.onnx'), project)).toBe('');
    expect(messages(at('../shared.onnx'), project)).toBe('');
    expect(messages(at('../shared.onnx'), evals)).toContain('outside of the folder');
    expect(messages(at(join(evals, 'models/a.onnx')), project)).toContain('outside of the folder');
    const tokenizer = 'onnx: {model: models/a.onnx, tokenizer: ../shared.onnx, pooling: mean}';
    expect(messages(`{scorer: embedding_similarity, ${tokenizer}}`, evals)).toContain(
      'outside of the folder',
    );
  });
});
