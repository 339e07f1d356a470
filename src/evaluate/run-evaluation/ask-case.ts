import type { PassingScore } from '../../core/evaluation/repeats/repeat-counts.ts';
import { repeatCounts } from '../../core/evaluation/repeats/repeat-counts.ts';
import type { RepeatPlan } from '../../core/evaluation/repeats/repeat-plan.ts';
import { needsRepeat } from '../../core/evaluation/repeats/repeat-plan.ts';
import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { CasePart, CaseRecord } from '../../core/evaluation/run/run-record.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import type { TargetAnswer } from '../target/target-answer.ts';
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
  readonly repeats: RepeatPlan;
  /** The scores that say whether an answer passes. */
  readonly passing: readonly PassingScore[];
  readonly spending: Spending;
  /** Draws which side is asked first, so that neither profits from the other's load or caches. */
  readonly random: () => number;
  /** No further repeat is begun. */
  readonly isEnding: () => boolean;
  /** Writes down a repeat of a case that needs more of them. */
  readonly keep: (part: CasePart) => Promise<void>;
}

type SideName = 'candidate' | 'baseline';

/**
 * Asks both sides about a case as often as each needs, and scores what they say. `before`: what they said already, in which no score is missing any more; room
 * is held for what may come. Null when it was ended before the case had its last repeat; those it has are kept.
 */
export const askCase = async (
  one: EvaluationCase,
  asking: CaseAsking,
  signal: AbortSignal,
  before: Pick<CaseRecord, SideName> | null = null,
): Promise<CaseRecord | null> => {
  const { id, position, input, expected, tags, weight, metadata } = one;
  const { candidate, baseline, metrics, repeats, passing, spending, random } = asking;
  const sides = { candidate, baseline };
  const records = {
    candidate: [...(before?.candidate ?? [])],
    baseline: [...(before?.baseline ?? [])],
  };
  let unused = mostCalls(asking, before);
  const needsMore = (name: SideName): boolean => {
    const side = sides[name];
    const made = records[name].length;
    if (side === null || !needsRepeat(repeats, made, repeatCounts(records[name], passing))) return false;
    // An earlier run has what it has; that it did not repeat a case more often is no error.
    return !side.isRecorded || made < repeats.least || (side.source.repeatsOf?.(one) ?? 0) > made;
  };
  const ask = async (name: SideName): Promise<TargetAnswer | null> => {
    const side = sides[name];
    if (side === null || !needsMore(name)) return null;
    if (!side.isRecorded) {
      spending.use();
      unused -= 1;
    }
    const answer = await side.source.ask(one, records[name].length, signal);
    // What an answer used is spent before any scorer has seen it.
    if (answer.kind === 'answer') spending.add({ ...answer, usd: usdOf(answer.tokens, side.price) });
    return answer;
  };
  const score = async (
    name: SideName,
    own: TargetAnswer | null,
    other: TargetAnswer | null,
  ): Promise<void> => {
    if (own === null) return;
    const beside = other?.kind === 'answer' ? other.output : undefined;
    const price = sides[name]?.price ?? null;
    records[name].push(await scoreAnswer(one, own, metrics, price, signal, beside));
  };
  try {
    while (needsMore('candidate') || needsMore('baseline')) {
      if (asking.isEnding()) return null;
      const made = { candidate: records.candidate.length, baseline: records.baseline.length };
      const [first, second] =
        random() < 0.5 ? (['candidate', 'baseline'] as const) : (['baseline', 'candidate'] as const);
      const answer = await ask(first);
      const other = await ask(second);
      await score(first, answer, other);
      await score(second, other, answer);
      if (needsMore('candidate') || needsMore('baseline'))
        await asking.keep({
          kind: 'part',
          id,
          position,
          candidate: records.candidate.slice(made.candidate),
          baseline: records.baseline.slice(made.baseline),
        });
    }
  } finally {
    spending.end(unused);
  }
  return { kind: 'case', id, position, input, expected, tags, weight, metadata, ...records };
};

/** How many calls a case may still take, those of models that score its answers included, after what there is of it. */
export const mostCalls = (
  { candidate, baseline, repeats, metrics }: Pick<CaseAsking, SideName | 'repeats' | 'metrics'>,
  before: Pick<CaseRecord, SideName> | null,
): number => {
  const toScore = callsToScore(metrics);
  const of = (side: AskedSide | null, made: number): number =>
    side === null ? 0 : Math.max(0, repeats.most - made) * (toScore + (side.isRecorded ? 0 : 1));
  return of(candidate, before?.candidate.length ?? 0) + of(baseline, before?.baseline.length ?? 0);
};

/** How many calls of models it may take to score one answer. */
export const callsToScore = (metrics: readonly OpenMetric[]): number =>
  metrics.reduce((sum, { callsAtMost = 0 }) => sum + callsAtMost, 0);
