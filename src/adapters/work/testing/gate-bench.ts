import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Digest } from '../../../core/digest.ts';
import type { EvaluationResult } from '../../../core/evaluation/requirement.ts';
import type { CaseRecord, RunLine } from '../../../core/evaluation/run/run-record.ts';
import { exampleManifest } from '../../../core/release/manifest.fixture.ts';
import type { EvaluationSpec } from '../../../core/release/manifest.ts';
import { readRunFile } from '../../../evaluate/records/read-run-file.ts';
import type { Blobs } from '../../../ports/blobs.ts';
import type { EvaluationOrder } from '../../../ports/work.ts';
import { openMemoryBlobs } from '../../memory/blobs.ts';
import { evaluateGate } from '../evaluate-gate.ts';

export interface GoldenLine {
  readonly id: string;
  readonly input: string;
  readonly expected: unknown;
  readonly tags?: readonly string[];
}

export interface GateRequest extends Partial<Omit<EvaluationOrder, 'stable'>> {
  readonly candidate: readonly string[];
  readonly stable?: readonly string[] | Partial<EvaluationOrder['stable'] & object>;
  readonly cases?: readonly (GoldenLine | string)[];
  readonly spec?: Partial<EvaluationSpec>;
  readonly signal?: AbortSignal;
  readonly isIsolated?: boolean;
}

export const STABLE: Digest = `sha256:${'5'.repeat(64)}`;

/** Cases whose inputs begin with the right label. */
export const labelled = (n: number): GoldenLine[] =>
  Array.from({ length: n }, (_, i) => {
    const expected = i % 2 === 0 ? 'spam' : 'ham';
    return { id: `case ${i}`, input: `${expected} ${i}`, expected };
  });

/** Evaluates releases for gates, in a directory of its own. */
export const openGateBench = (blobs: Blobs = openMemoryBlobs()) => {
  const directory = mkdtempSync(join(tmpdir(), 'tidegate-gate-'));
  let gates = 0;
  return {
    directory,
    blobs,
    async run(request: GateRequest): Promise<EvaluationResult> {
      const { cases = labelled(40), spec, stable, signal, isIsolated, ...order } = request;
      const text = cases.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n');
      const { digest } = await blobs.put(Buffer.from(text));
      gates += 1;
      return evaluateGate({
        blobs,
        directory,
        isIsolated: isIsolated ?? false,
        signal: signal ?? new AbortController().signal,
        order: {
          key: `r${gates}/0/0`,
          manifest: exampleManifest({
            version: '2.0.0',
            evaluation: {
              golden: { digest, cases: cases.length },
              // biome-ignore lint/suspicious/noTemplateCurlyInString: as people write it
              request: { method: 'POST', path: '/infer', body: { inputs: [{ data: ['${input}'] }] } },
              answer: '/outputs/0/data/0',
              positive: 'spam',
              concurrency: 4,
              timeoutMs: 10_000,
              ...spec,
            },
          }),
          environment: 'production',
          stable:
            stable === undefined
              ? null
              : {
                  release: STABLE,
                  version: '1.0.0',
                  isExternal: false,
                  addresses: [],
                  ...('length' in stable ? { addresses: stable } : stable),
                },
          requirements: [{ metric: 'accuracy', min: 0.8 }],
          confidence: 0.95,
          load: 'refuse',
          ...order,
        },
      });
    },
    /** What is kept of a run, and its cases in the order of the golden set. */
    async kept(
      id: string,
    ): Promise<{ readonly lines: readonly RunLine[]; readonly cases: readonly CaseRecord[] }> {
      const lines: RunLine[] = [];
      for await (const line of readRunFile(join(directory, `${id}.jsonl`))) lines.push(line);
      const cases = lines.filter((line) => line.kind === 'case');
      return { lines, cases: cases.sort((a, b) => (a.position ?? 0) - (b.position ?? 0)) };
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
};
