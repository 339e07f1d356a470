import { createHash } from 'node:crypto';
import type { GoldenFields } from '../../core/evaluation/run/evaluation-plan.ts';
import { canonicalJson } from './canonical-json.ts';
import type { EvaluationCase } from './evaluation-case.ts';
import { goldenRows } from './golden-rows.ts';
import { bandsOf, minHash, similarity } from './min-hash.ts';
import type { GoldenFinding } from './scan-golden.ts';

/** From so large an estimated Jaccard similarity on, two inputs are near duplicates. */
export const NEAR_DUPLICATE_FROM = 0.8;
/** Shorter texts are compared exactly only: of a few characters, most resemble each other. */
const SHORTEST_NEAR_CHARACTERS = 25;

export interface TrainingOverlap {
  /** Takes in a case of the golden set. */
  readonly add: (one: EvaluationCase, line: number) => void;
  /** Reads the training data once and says which cases occur in it. Unreadable lines of it are counted. */
  readonly search: () => Promise<{ readonly findings: GoldenFinding[]; readonly unreadable: number }>;
}

/**
 * Finds cases whose input also occurs in the training data: the same after normalisation (case, width, punctuation, space), or nearly,
 * by MinHash. Keeps a sketch of each case, 256 bytes and 16 bands, and none of the training data.
 */
export const trainingOverlap = (trainingFile: string, { input }: GoldenFields): TrainingOverlap => {
  const exact = new Map<string, number[]>();
  const bands = new Map<string, number[]>();
  const cases: { id: string; line: number; sketch: Uint32Array | null }[] = [];
  const note = (map: Map<string, number[]>, key: string, index: number): void => {
    const known = map.get(key);
    if (known === undefined) map.set(key, [index]);
    else known.push(index);
  };
  return {
    add(one, line) {
      const text = plainText(one.input);
      if (text === '') return;
      const index = cases.length;
      const sketch = text.length < SHORTEST_NEAR_CHARACTERS ? null : minHash(text);
      cases.push({ id: one.id, line, sketch });
      note(exact, hashOf(text), index);
      for (const band of sketch === null ? [] : bandsOf(sketch)) note(bands, band, index);
    },
    async search() {
      const found = new Map<number, { readonly line: number; readonly likeness: number }>();
      let unreadable = 0;
      for await (const row of goldenRows(trainingFile)) {
        if (row.kind === 'problem') {
          unreadable += 1;
          continue;
        }
        const given = row.fields[input];
        if (given === undefined || given === null) {
          unreadable += 1;
          continue;
        }
        const text = plainText(given);
        const { line } = row;
        for (const index of exact.get(hashOf(text)) ?? []) found.set(index, { line, likeness: 1 });
        if (text.length < SHORTEST_NEAR_CHARACTERS) continue;
        const sketch = minHash(text);
        for (const band of bandsOf(sketch))
          for (const index of bands.get(band) ?? []) {
            const likeness = similarity(sketch, cases[index]!.sketch!);
            // A likeness of 1 by MinHash is no proof, so it stays below that of an exact match.
            const estimate = Math.min(0.99, likeness);
            if (likeness >= NEAR_DUPLICATE_FROM && estimate > (found.get(index)?.likeness ?? 0))
              found.set(index, { line, likeness: estimate });
          }
      }
      const findings = [...found]
        .sort(([a], [b]) => a - b)
        .map(([index, { line, likeness }]): GoldenFinding => {
          const { id, line: own } = cases[index]!;
          const how = likeness === 1 ? 'also stands' : `nearly stands (similarity ${likeness.toFixed(2)})`;
          return {
            kind: 'in-training-data',
            line: own,
            id,
            message: `${how} in the training data, line ${line}`,
          };
        });
      return { findings, unreadable };
    },
  };
};

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 16);

const plainText = (input: unknown): string =>
  (typeof input === 'string' ? input : canonicalJson(input))
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{P}\p{S}\p{Z}\s]+/gu, ' ')
    .trim();
