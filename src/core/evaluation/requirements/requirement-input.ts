import type { Reweighted, Score } from '../../scorers/scorer.ts';
import type { VerdictSubject } from '../run/evaluation-plan.ts';
import type { MetricUnit } from '../run/run-record.ts';
import type { LevelEstimate } from './level-estimate.ts';

/** What one side (candidate or baseline) scored under one metric. */
export type SideScores =
  | {
      readonly kind: 'cases';
      /**
       * One for each case, in the order of `RequirementInput.cases`; of several repeats their mean. Null or NaN: the score is undefined for this
       * case, or the case ended in an error (which `candidateErred`, `baselineErred` say).
       */
      readonly scores: ArrayLike<Score>;
    }
  | {
      readonly kind: 'set';
      /** What `Scorer.prepare` gave. */
      readonly score: Reweighted;
      /** For each case that was prepared, in that order, its place in `RequirementInput.cases`. */
      readonly members: readonly number[];
    }
  /** Not of cases at all, such as what a load stage measured; null where it was not measured. */
  | { readonly kind: 'estimate'; readonly estimate: LevelEstimate | null };

export interface MetricScores {
  readonly name: string;
  readonly unit: MetricUnit;
  readonly better: 'higher' | 'lower';
  /** The least and the greatest a single case can score; infinite where there is no limit. For latency the greatest is the time-out. */
  readonly range: readonly [least: number, greatest: number];
  /** Cases in error have their score like others: it is of the errors themselves. */
  readonly isOfErrors?: boolean;
  /** A score of one side is made by looking at the other's answer: without that one it is undefined, so errors of the baseline count for it too. */
  readonly looksBeside?: boolean;
  readonly candidate: SideScores;
  /** Null without a baseline. */
  readonly baseline: SideScores | null;
  /** For each case why there is no score although it was answered; null or left out where there is no such case. */
  readonly unscored?: {
    readonly candidate: ArrayLike<Unscored> | null;
    readonly baseline: ArrayLike<Unscored> | null;
  };
}

/** 0: nothing is missing; `SCORER_FAILED`: that says nothing of the answer; `ANSWER_UNFIT`: as bad as no answer. */
export type Unscored = number;
export const SCORER_FAILED = 1;
export const ANSWER_UNFIT = 2;

export interface CaseFacts {
  readonly tags: readonly string[];
  /** Greater than 0. Percentiles and totals count every case once, whatever its weight. */
  readonly weight: number;
  /** No answer. */
  readonly candidateErred: boolean;
  readonly baselineErred: boolean;
}

export interface Requirement {
  /** As its author wrote it, in one line. */
  readonly text: string;
  readonly metric: string;
  readonly cases: RequiredCases;
  /** `total` is a sum over this run's cases: a fact, without an interval. */
  readonly statistic:
    | { readonly kind: 'score' | 'total' }
    | { readonly kind: 'percentile'; readonly at: number };
  readonly bound: RequiredBound;
}

export type RequiredCases =
  | { readonly kind: 'all' }
  | { readonly kind: 'slice'; readonly tag: string }
  /** Holds only where it holds in each of these; null: in every tag that has at least `leastCases` cases. */
  | { readonly kind: 'worst-slice'; readonly tags: readonly string[] | null; readonly leastCases: number };

export type RequiredBound =
  | { readonly kind: 'min' | 'max'; readonly limit: number }
  /** Against the baseline on the same cases, in the unit of the metric; 0 or more. */
  | { readonly kind: 'not-worse-by'; readonly margin: number };

export interface RequirementInput {
  readonly cases: readonly CaseFacts[];
  readonly metrics: readonly MetricScores[];
  readonly requirements: readonly Requirement[];
  /** Of the two-sided intervals; each verdict rests on one end, so it is wrong at most (1 - confidence) / 2 of the time. Default 0.95. */
  readonly confidence?: number;
  /** A requirement passes only if at most so many of its cases ended in an error. Default `MOST_ERRORS_SHARE`, 1 %. */
  readonly mostErrorsShare?: number;
  /**
   * `set`: the requirements are about exactly these cases, all of which are here, so that what was counted is the truth. Default `population`:
   * they are about what the cases are a sample of.
   */
  readonly about?: VerdictSubject;
  /** Makes the resampled intervals repeatable. */
  readonly seed: number;
}
