import type { Client, Explanation } from '../client/client.ts';
import type { Digest } from '../core/digest.ts';
import { firstEvidenceDigest, markDigest, nextEvidenceDigest } from '../core/evidence/evidence-digest.ts';
import { decodeStep } from '../core/evidence/evidence-step.ts';
import { replayStep, withOpen } from '../core/evidence/replay.ts';
import { type GuardReading, openEvidence, readGuards } from '../core/evidence/rollout-evidence.ts';
import { decodeCohort } from '../core/evidence/stored-cohort.ts';
import { canonicalText } from '../core/ledger/canonical.ts';
import { isTidegateError } from '../errors.ts';
import { type EvidenceVerdict, evidenceVerdicts } from './evidence-verdicts.ts';

/**
 * What became of recomputing one verdict: `same` to the last digit, `rounded` when only the last digits differ (another
 * machine may compute a logarithm so), `different`, `altered` when what is stored is not what the ledger names, or `not-stored`.
 */
export type RecomputeResult = 'same' | 'rounded' | 'different' | 'altered' | 'not-stored';

export interface RecomputedVerdict {
  readonly what: string;
  /** Of the record in the ledger. */
  readonly seq: number;
  readonly digest: Digest | null;
  /** Lines it was computed from; null when they are not stored. */
  readonly lines: number | null;
  readonly result: RecomputeResult;
}

/** Downloads the evidence of a rollout once, repeats every step in it, and reads the guards wherever a verdict was reached. */
export const recomputeVerdicts = async (
  client: Client,
  explanation: Explanation,
): Promise<readonly RecomputedVerdict[]> => {
  const verdicts = evidenceVerdicts(explanation);
  const found: Marked[] = [];
  const results = new Map<EvidenceVerdict, RecomputedVerdict>();
  for (const verdict of verdicts) {
    const mark = verdict.digest === null ? null : await markOf(client, explanation, verdict.digest);
    if (mark === null) results.set(verdict, resultOf(verdict, null, 'not-stored'));
    else found.push({ verdict, ...mark });
  }
  found.sort((a, b) => a.settled - b.settled);
  for (const [verdict, result] of await replayTo(client, explanation, found)) results.set(verdict, result);
  return verdicts.map((verdict) => results.get(verdict)!);
};

interface Marked {
  readonly verdict: EvidenceVerdict;
  readonly settled: number;
  readonly open: readonly string[];
}

const markOf = async (client: Client, explanation: Explanation, digest: Digest) => {
  try {
    return await client.evidenceMark(explanation, explanation.rollout, digest);
  } catch (error) {
    if (isTidegateError(error, 'not-found')) return null;
    throw error;
  }
};

const replayTo = async (
  client: Client,
  explanation: Explanation,
  marks: readonly Marked[],
): Promise<[EvidenceVerdict, RecomputedVerdict][]> => {
  const results: [EvidenceVerdict, RecomputedVerdict][] = [];
  const waiting = [...marks];
  if (waiting.length === 0) return results;
  let replay: Replay | null = null;
  for await (const { spec, items } of client.evidence(explanation, explanation.rollout)) {
    replay ??= { spec, evidence: openEvidence(spec), lines: 0, digest: firstEvidenceDigest(spec) };
    for (const line of [null, ...items]) {
      if (line !== null) take(replay, line);
      while (waiting[0] !== undefined && waiting[0].settled <= replay.lines) {
        const mark = waiting.shift()!;
        // Cohorts that were open then lie in the mark itself.
        const lines = mark.settled + mark.open.length;
        results.push([mark.verdict, resultOf(mark.verdict, lines, compare(replay, mark))]);
      }
    }
    if (waiting.length === 0) return results;
  }
  // The ledger names more lines than there are.
  for (const { verdict } of waiting) results.push([verdict, resultOf(verdict, null, 'altered')]);
  return results;
};

interface Replay {
  readonly spec: Parameters<typeof openEvidence>[0];
  readonly evidence: ReturnType<typeof openEvidence>;
  lines: number;
  digest: Digest;
}

const take = (replay: Replay, line: string): void => {
  replay.digest = nextEvidenceDigest(replay.digest, line);
  replay.lines += 1;
  replayStep(replay.evidence, decodeStep(replay.spec, line));
};

const compare = ({ spec, evidence, lines, digest }: Replay, { verdict, settled, open }: Marked) => {
  if (settled !== lines || markDigest(digest, open) !== verdict.digest) return 'altered';
  const then = withOpen(
    evidence,
    open.map((line) => decodeCohort(spec, line)),
  );
  const differences = verdict.readings.some(({ difference }) => difference !== undefined);
  return compareReadings(readGuards(then, verdict.stage, { differences }), verdict.readings);
};

const compareReadings = (
  mine: readonly GuardReading[],
  recorded: readonly GuardReading[],
): RecomputeResult => {
  const [a, b] = [canonicalText(mine), canonicalText(recorded)];
  if (a === b) return 'same';
  return isClose(JSON.parse(a), JSON.parse(b)) ? 'rounded' : 'different';
};

/** A billionth is far below what a decision turns on and far above what a rounding does. */
const rounding = 1e-9;

const isClose = (a: unknown, b: unknown): boolean => {
  if (typeof a === 'number' && typeof b === 'number')
    return Math.abs(a - b) <= rounding * Math.max(1, Math.abs(a), Math.abs(b));
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => isClose((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]))
  );
};

const resultOf = (
  { what, seq, digest }: EvidenceVerdict,
  lines: number | null,
  result: RecomputeResult,
): RecomputedVerdict => ({ what, seq, digest, lines, result });
