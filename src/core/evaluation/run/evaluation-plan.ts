import type { EmbeddingMethod, JudgeMethod, ModerationMethod } from '../../judging/judge-method.ts';
import type { LocalEmbeddingMethod } from '../embedding/onnx-method.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import type { LoadPlan } from '../load/load-plan.ts';
import type { RepeatPlan } from '../repeats/repeat-plan.ts';

/** What `tidegate eval run` is asked to do: its file, checked, with every default spelled out. Paths are absolute. */
export interface EvaluationPlan {
  readonly name: string;
  readonly golden: string;
  /** How the golden set calls what we call `id`, `input`, `expected`, `tags`, `weight`. */
  readonly fields: GoldenFields;
  /** A file of cases that the model was trained on; null: nothing is compared. */
  readonly trainingData: string | null;
  readonly target: TargetSpec;
  readonly baseline: BaselineSpec | null;
  readonly scorers: readonly ScorerSpec[];
  /** Path of a file with tools in the shape that OpenAI's API takes; null: no tool is known. */
  readonly tools: string | null;
  readonly repeats: RepeatSettings;
  /** Calls under way at once. */
  readonly concurrency: number;
  readonly requirements: readonly RunRequirement[];
  /** Cases are asked in a drawn order, and no more of them than the verdict needs. */
  readonly stopsEarly: boolean;
  readonly about: VerdictSubject;
  /** Left out: no load stage. */
  readonly load?: LoadPlan;
  /** Left out: the upstream of the target is left alone. */
  readonly faults?: FaultPlan;
  readonly budget: Budget;
  readonly inconclusive: 'fail' | 'pass';
  /** 0 to 1; a greater share of cases in error keeps the verdict from being a pass. */
  readonly mostErrorsShare: number;
  /** Of two-sided intervals, such as 0.95. */
  readonly confidence: number;
  readonly seed: number;
}

/**
 * What requirements are held to: whatever the golden set is a sample of, by intervals; or exactly these cases, by what was counted, which says
 * nothing of any other case.
 */
export type VerdictSubject = 'population' | 'set';

export interface RepeatSettings extends RepeatPlan {
  /** Of each k: pass@k and pass^k. None is more than `least`. */
  readonly ks: readonly number[];
  /** Names of the scorers that say whether an answer passes; null: all of scores from 0 to 1. */
  readonly passedBy: readonly string[] | null;
}

export interface GoldenFields {
  readonly id: string;
  readonly input: string;
  readonly expected: string;
  readonly tags: string;
  readonly weight: string;
}

export type EvaluationProtocol = 'openai' | 'http' | 'open-inference';

export interface TargetSpec {
  readonly label: string;
  readonly protocol: EvaluationProtocol;
  /** The whole address. `${env:NAME}` in it, in headers and in the body is filled in when the run starts. */
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  /** Any JSON with placeholders of cases, such as `${input}`. */
  readonly body: unknown;
  /**
   * `input`: `${input}` is the only placeholder, nothing is an escape, and the path goes out as it is written, which is what the request in a release's
   * manifest means. Left out: see `fillTemplate`.
   */
  readonly placeholders?: 'input';
  /** JSON pointer to what is scored; null: what the protocol calls the answer. */
  readonly output: string | null;
  /** The answer comes as server-sent events. */
  readonly isStream: boolean;
  readonly timeoutMs: number;
  /** JSON pointers to the tokens that an answer used. */
  readonly usage: { readonly input: string; readonly output: string };
  /** US dollars for a million tokens; null: cost is not known. */
  readonly price: { readonly inputUsd: number; readonly outputUsd: number } | null;
  /** Says which of several things behind the same address this is; a part of the digest under which answers are kept. */
  readonly version: string | null;
}

export type BaselineSpec =
  | { readonly kind: 'target'; readonly target: TargetSpec }
  /** An earlier run: its id or the beginning of it, or a file. */
  | { readonly kind: 'run'; readonly run: string };

export interface ScorerSpec {
  /** As findings and requirements call it; unique. */
  readonly name: string;
  readonly how: ScorerMethod;
  /** JSON pointer into the output; empty for all of it. */
  readonly from: string;
  /** JSON pointer into the case (`/expected`, `/metadata/grades`). */
  readonly expected: string;
  /** JSON pointer into the case, for scores by group; null where none was named. */
  readonly group: string | null;
  /** The label that counts as yes; null: true, 1, "true", "yes" and "1" do. */
  readonly positive: string | null;
  /** Left out: the score is taken as it is, of every case. */
  readonly turn?: ScoreTurn;
}

/** What is made of a score, in this order. */
export interface ScoreTurn {
  /** Only cases with this tag have the score; null: all. */
  readonly onlyTag: string | null;
  /** The score becomes 1 where it keeps the bound and 0 where it does not; null: it stays. */
  readonly bound: { readonly kind: 'atLeast' | 'atMost'; readonly value: number } | null;
  /** 1 minus it, of scores from 0 to 1. */
  readonly isOpposite: boolean;
}

export type ScorerMethod =
  | JudgeMethod
  | EmbeddingMethod
  | LocalEmbeddingMethod
  | ModerationMethod
  | {
      readonly kind: 'registry';
      readonly scorer: string;
      readonly options: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'json-schema'; readonly schema: unknown }
  | ({
      readonly kind: 'command';
      readonly command: readonly string[];
      readonly directory: string;
    } & OwnScorer)
  | ({ readonly kind: 'module'; readonly file: string } & OwnScorer)
  | ({
      readonly kind: 'http';
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
    } & OwnScorer);

export interface OwnScorer {
  readonly timeoutMs: number;
  readonly better: 'higher' | 'lower';
  /** The least and the greatest score it may give; any other is a fault of the scorer. */
  readonly range: readonly [least: number, greatest: number];
  /** Says which of its versions this is: scores of different versions are not compared. */
  readonly version: string;
}

/** One line of `require`. Exactly one bound is set. */
export interface RunRequirement {
  /** As it was written, in one line. */
  readonly text: string;
  /** A scorer's name, or one of `error_rate`, `latency`, `first_token`, `tokens`, `cost`. */
  readonly metric: string;
  /** A tag, null for all cases, or every tag, each by itself. */
  readonly slice:
    | { readonly kind: 'all' }
    | { readonly kind: 'tag'; readonly tag: string }
    | { readonly kind: 'worst' };
  /** Above 0 and below 100, of latencies; null for the mean. */
  readonly percentile: number | null;
  readonly bound: { readonly kind: 'min' | 'max' | 'notWorseBy'; readonly value: number };
  /** The judge behind the metric counts only when it was found to agree with people at least so well. Left out: whatever it was found to. */
  readonly leastKappa?: number;
}

/** What a run may use up; null: as much as it needs. */
export interface Budget {
  readonly calls: number | null;
  readonly tokens: number | null;
  readonly usd: number | null;
  readonly timeMs: number | null;
}
