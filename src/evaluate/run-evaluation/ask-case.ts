import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { AnswerRecord, CaseRecord } from '../../core/evaluation/run/run-record.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import type { AnswerSource } from './answer-source.ts';
import { scoreAnswer, usdOf } from './score-answer.ts';
import type { Spending } from './spending.ts';

export interface AskedSide {
  readonly source: AnswerSource;
  readonly price: TargetSpec['price'];
  /** Its answers cost nothing and are no calls. */
  readonly isRecorded: boolean;
}

export interface CaseAsking {
  readonly candidate: AskedSide;
  readonly baseline: AskedSide | null;
  readonly metrics: readonly OpenMetric[];
  readonly repeats: number;
  readonly spending: Spending;
  /** Draws which side is asked first, so that neither profits from the other's load or caches. */
  readonly random: () => number;
}

/** Asks both sides about a case as often as there are repeats, and scores what they say. */
export const askCase = async (
  one: EvaluationCase,
  { candidate, baseline, metrics, repeats, spending, random }: CaseAsking,
  signal: AbortSignal,
): Promise<CaseRecord> => {
  const sides = { candidate, baseline };
  const records = { candidate: [] as AnswerRecord[], baseline: [] as AnswerRecord[] };
  let unused = repeats * callsPerRepeat(sides);
  const ask = async (name: 'candidate' | 'baseline', repeat: number): Promise<void> => {
    const side = sides[name];
    if (side === null) return;
    if (!side.isRecorded) {
      spending.use();
      unused -= 1;
    }
    const answer = await side.source.ask(one, repeat, signal);
    // What an answer used is spent before any scorer has seen it.
    if (answer.kind === 'answer') spending.add({ ...answer, usd: usdOf(answer.tokens, side.price) });
    records[name].push(await scoreAnswer(one, answer, metrics, side.price, signal));
  };
  try {
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const [first, second] =
        random() < 0.5 ? (['candidate', 'baseline'] as const) : (['baseline', 'candidate'] as const);
      await ask(first, repeat);
      await ask(second, repeat);
    }
  } finally {
    spending.end(unused);
  }
  const { id, position, input, expected, tags, weight, metadata } = one;
  return { kind: 'case', id, position, input, expected, tags, weight, metadata, ...records };
};

export const callsPerRepeat = ({ candidate, baseline }: Pick<CaseAsking, 'candidate' | 'baseline'>): number =>
  [candidate, baseline].filter((side) => side !== null && !side.isRecorded).length;
