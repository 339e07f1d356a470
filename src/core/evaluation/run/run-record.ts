import type { VerdictSubject } from './evaluation-plan.ts';

/**
 * An evaluation as it is kept: JSON lines, the head first, then cases as they were answered, at the end the summary.
 * A file without a summary is a run that was killed. It can go on, as can one that was stopped before its verdict was known; of two summaries,
 * and of two records of a case, the later one counts. Repeats of a case stand before its record as they were made, and count while it has none.
 */
export type RunLine = RunHead | CaseRecord | CasePart | RunSummary;

export interface RunHead {
  readonly kind: 'run';
  readonly schema: 1;
  /** Unique for each run; also the seed of everything that is drawn. */
  readonly id: string;
  /** What people call it: the name in the file, or that of the golden set. */
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly golden: { readonly file: string; readonly digest: string; readonly cases: number };
  readonly candidate: EvaluatedTarget;
  /** What the candidate is compared with; null when it stands alone. */
  readonly baseline: EvaluatedTarget | null;
  readonly metrics: readonly MeasuredMetric[];
  /** Of each case, at least. */
  readonly repeats: number;
  /** How often a case is asked at most, where its answers vary. Left out: no more often than all. */
  readonly mostRepeats?: number;
  /** What the verdict is held to; left out in records of early versions. */
  readonly terms?: RunTerms;
  /** The seed of the order in which cases are asked, where the run may stop early; otherwise that of the file is kept. */
  readonly drawnWith?: number;
}

/** Terms that may not change while a run goes on, or a verdict could be had by changing them. */
export interface RunTerms {
  /** As they were written, a line each. */
  readonly require: readonly string[];
  readonly confidence: number;
  readonly mostErrorsShare: number;
  readonly about: VerdictSubject;
  /** Names of the scores by which an answer passes. */
  readonly passedBy: readonly string[];
  /** How long an answer may take and what it costs, on either side; left out in records of early versions. */
  readonly calls?: { readonly candidate: CallTerms; readonly baseline: CallTerms | null };
}

/** US dollars for a million tokens. */
export interface CallTerms {
  readonly timeoutMs: number;
  readonly price: { readonly inputUsd: number; readonly outputUsd: number } | null;
}

export interface EvaluatedTarget {
  readonly label: string;
  /** Of the release, where it is one. */
  readonly digest: string | null;
}

/** A score as the run names it, and how it is worked out. */
export interface MeasuredMetric {
  readonly name: string;
  /** Scorer, version and options; two scores may be compared only where it is the same. */
  readonly signature: string;
  readonly better: 'higher' | 'lower';
  readonly unit: MetricUnit;
  /** Null where single cases have no score, as with an area under a curve. */
  readonly perCase: boolean;
}

/** A share is 0 to 1 and shown in per cent; money is in US dollars. */
export type MetricUnit = 'share' | 'score' | 'ms' | 'tokens' | 'usd' | 'per-second';

export interface CaseRecord {
  readonly kind: 'case';
  readonly id: string;
  /** Where it stands in the golden set, from 0. */
  readonly position?: number;
  readonly input: unknown;
  readonly expected: unknown;
  readonly tags: readonly string[];
  readonly weight: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** One for each repeat that was made, in order. */
  readonly candidate: readonly AnswerRecord[];
  /** Empty without a baseline. */
  readonly baseline: readonly AnswerRecord[];
}

/** One repeat of a case that needs more of them: what was answered since the last part or record of the case. */
export interface CasePart {
  readonly kind: 'part';
  readonly id: string;
  /** Where the case stands in the golden set, from 0. */
  readonly position: number;
  readonly candidate: readonly AnswerRecord[];
  readonly baseline: readonly AnswerRecord[];
}

export type AnswerRecord =
  | {
      readonly kind: 'answer';
      readonly output: unknown;
      readonly latencyMs: number;
      readonly firstTokenMs: number | null;
      readonly tokens: { readonly input: number; readonly output: number } | null;
      readonly usd: number | null;
      readonly isCached: boolean;
      /** By name of the metric; null where a score is undefined for this case. */
      readonly scores: Readonly<Record<string, number | null>>;
      /** Why a scorer gave what it gave, by name of the metric, where it says so. */
      readonly reasons: Readonly<Record<string, string>>;
      /** Scorers that gave nothing, by name of the metric; left out where all did. */
      readonly failures?: Readonly<Record<string, ScoreFailure>>;
    }
  | {
      readonly kind: 'error';
      /** A short code such as `timeout`, `status`, `scorer`. */
      readonly reason: string;
      readonly detail: string;
      readonly latencyMs: number;
      /** What was answered, where it is a scorer that failed; only in records of early versions. */
      readonly answered?: {
        readonly output: unknown;
        readonly firstTokenMs: number | null;
        readonly tokens: { readonly input: number; readonly output: number } | null;
        readonly isCached: boolean;
      };
    };

export interface ScoreFailure {
  readonly detail: string;
  /** The answer is nothing that can be scored, so that it counts as a bad one; left out: the scorer failed, which says nothing of the answer. */
  readonly isOfAnswer?: true;
}

export interface RunSummary {
  readonly kind: 'summary';
  /** Written behind the run's own by the gate of a release: verdict and requirements hold what its environment demands. */
  readonly isOfGate?: true;
  readonly endedAt: string;
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  /** Why it ended before the last case; null when every case was asked. */
  readonly stoppedBy: 'settled' | 'budget' | 'interrupted' | 'errors' | null;
  readonly cases: number;
  readonly errors: number;
  /** Of these, those to which the target gave not one answer that can be scored; left out in records of early versions. */
  readonly unanswered?: number;
  /** Cases whose repeats do not agree; counted apart. */
  readonly flaky: number;
  /** Where cases are asked more than once. */
  readonly repeats?: RepeatFindings;
  readonly calls: number;
  readonly cachedAnswers: number;
  readonly tokens: { readonly input: number; readonly output: number } | null;
  readonly usd: number | null;
  /** What all parts of the run took together, breaks between them apart; left out in records of early versions. */
  readonly tookMs?: number;
  readonly metrics: readonly MetricFinding[];
  /** Of classification scorers; left out without any. */
  readonly confusion?: readonly ConfusionFinding[];
  readonly requirements: readonly RequirementFinding[];
  /** What was sent under load; left out without a load stage. Its figures are among `metrics`. */
  readonly load?: readonly LoadFinding[];
  /** What came back while the target's upstream failed; left out where that was not tested. */
  readonly faults?: readonly FaultFinding[];
  readonly notes: readonly string[];
}

/** Which label the candidate answered where which was expected. */
export interface ConfusionFinding {
  /** Names of the scorers that read these labels. */
  readonly metrics: readonly string[];
  /** Sorted; the 20 commonest where there are more. */
  readonly labels: readonly string[];
  /** How many others there are: put together, they are the last row and the last column. */
  readonly otherLabels: number;
  /** `counts[i][j]`: the weight of cases that expect label i and were answered with label j. */
  readonly counts: readonly (readonly number[])[];
  /** By expected label: the weight of cases without an answer that is a label. */
  readonly unanswered: readonly number[];
}

/** One scenario of a fault test. */
export interface FaultFinding {
  readonly scenario: string;
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  readonly cases: readonly {
    readonly id: string;
    readonly outcome: 'kept' | 'broken' | 'open';
    /** Null when it is what had to come back. */
    readonly why: string | null;
    /** Null without an answer. */
    readonly status: number | null;
    readonly latencyMs: number;
    /** That the target made through the proxy, and how many of them failed. */
    readonly calls: number;
    readonly faulted: number;
  }[];
}

/** One part of a load stage. */
export interface LoadFinding {
  readonly part: 'open' | 'closed';
  /** Of the open loop. */
  readonly ratePerSecond: number | null;
  /** Of the closed loop. */
  readonly callers: number | null;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** Warm-up included, as in all that follow. */
  readonly sent: number;
  readonly answered: number;
  /** Not sent, because too many were under way. */
  readonly missed: number;
  /** Errors by reason. */
  readonly errors: Readonly<Record<string, number>>;
  /** How late requests were sent: 99 of 100 at most so much, and the latest. Null without any. */
  readonly lateMs: { readonly p99: number; readonly most: number } | null;
  /** Requests came faster than the target got through them. */
  readonly fallsBehind: boolean;
  /** Why it ended before its time, so that its figures are not given; null when it did not. */
  readonly stoppedBy: 'budget' | 'interrupted' | null;
}

/** What repeats showed of the candidate. */
export interface RepeatFindings {
  /** Cases: every repeat passed; every one failed; some passed and some failed; in error, or without two answers that could be told. */
  readonly classes: {
    readonly stablePass: number;
    readonly stableFail: number;
    readonly flaky: number;
    readonly unknown: number;
  };
  /** Part of the cases that were seen to go both ways. A lower bound: others may vary unseen. */
  readonly flakyShare: Interval | null;
  /** How often two answers to the same case disagree; unbiased. */
  readonly disagreement: Interval | null;
}

export interface MetricFinding {
  readonly metric: string;
  /** Above 0 and below 100; left out: the mean, or the score of the set. */
  readonly percentile?: number;
  /** A tag, or null for all cases. */
  readonly slice: string | null;
  readonly n: number;
  /** Null also where there is a value and nothing is known of its interval; `values` has it then. */
  readonly candidate: Interval | null;
  readonly baseline: Interval | null;
  /** Candidate minus baseline on the same cases. */
  readonly difference: Interval | null;
  /** What was measured of too few cases to say how sure it is. */
  readonly values?: { readonly candidate?: number; readonly baseline?: number; readonly difference?: number };
  readonly method: string;
}

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Of the two-sided interval, such as 0.95. */
  readonly confidence: number;
}

export interface RequirementFinding {
  /** As the author wrote it, in one line. */
  readonly requirement: string;
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'not-applicable';
  readonly found: Interval | null;
  /** What `found` was held against, so that a report can draw both; left out where there is no single bound. */
  readonly held?: {
    readonly metric: string;
    readonly unit: MetricUnit;
    readonly about: 'candidate' | 'difference';
    readonly good: 'at-least' | 'at-most';
    readonly limit: number;
  };
  /** When inconclusive: about so many more cases would settle it; null when none would. */
  readonly moreCases: number | null;
  readonly detail: string;
}
