import type { Interval, MetricUnit } from '../../../core/evaluation/run/run-record.ts';

/** Everything that the page of a run, or of two, shows. It is JSON in the page; the script beside it draws it as text. */
export interface PageData {
  /** What kind of page this is, in a few words. */
  readonly kind: string;
  readonly title: string;
  /** One sentence under the title. */
  readonly subtitle: string;
  readonly badge: { readonly tone: Tone; readonly icon: string; readonly words: string };
  readonly facts: readonly (readonly [string, string])[];
  /** What must be known before the figures. */
  readonly remarks: readonly string[];
  /** What may be read after them. */
  readonly notes: readonly string[];
  readonly requirements: readonly PageRequirement[];
  readonly metrics: readonly PageMetric[];
  /** Left out where no labels were scored. */
  readonly confusions?: readonly PageConfusion[];
  /** Whose answers are on the right and on the left, and what that one is. */
  readonly sides: { readonly candidate: string; readonly baseline: string | null };
  /** Of the columns of figures. */
  readonly headings: { readonly candidate: string; readonly baseline: string };
  /** In the order in which they are offered; counts are about all cases, not only those in the page. */
  readonly flags: readonly {
    readonly key: string;
    readonly words: string;
    readonly cases: number;
    readonly tone: Tone;
  }[];
  readonly tags: readonly string[];
  /** Names and units of the scores of cases, which stand there in this order. */
  readonly scores: readonly { readonly name: string; readonly unit: MetricUnit }[];
  readonly cases: readonly PageCase[];
  /** Of all cases. */
  readonly allCases: number;
  /** Which cases are in the page; null: all of them. */
  readonly excerpt: string | null;
}

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'quiet';

export interface PageRequirement {
  readonly text: string;
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'not-applicable';
  readonly detail: string;
  readonly chart: PageChart | null;
}

/** An interval on a line, with what it is held against. */
export interface PageChart {
  readonly unit: MetricUnit;
  readonly as: 'value' | 'difference';
  readonly found: Interval;
  /** Drawn dashed; null without one. */
  readonly limit: number | null;
}

export interface PageMetric {
  readonly name: string;
  readonly unit: MetricUnit;
  readonly better: 'higher' | 'lower';
  /** Null: all cases. */
  readonly slice: string | null;
  readonly n: number;
  readonly candidate: PageValue | null;
  readonly baseline: PageValue | null;
  readonly difference: PageValue | null;
  /** Whether the candidate is better or worse for sure; where it is left out, the interval of the difference says so. */
  readonly standing?: 'better' | 'worse' | 'open';
  /** How the intervals were made, and whatever else must be said. */
  readonly note: string;
}

/** Which label was answered where which was expected, as texts; a row begins with its label. */
export interface PageConfusion {
  /** Names of the scorers. */
  readonly of: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly note: string | null;
}

/** Limits are left out where they are not known. */
export interface PageValue {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** Short names, for there are thousands of them. */
export interface PageCase {
  readonly id: string;
  /** Input in a line, for the list. */
  readonly gist: string;
  readonly input: PageText;
  readonly expected: PageText | null;
  /** Places in `tags`. */
  readonly tags: readonly number[];
  readonly flags: readonly string[];
  /** `name: value`, one a line. */
  readonly metadata: string;
  readonly candidate: readonly PageAnswer[];
  readonly baseline: readonly PageAnswer[];
}

export type PageAnswer =
  | {
      readonly text: PageText;
      /** By place; null where there is none. */
      readonly scores: readonly (number | null)[];
      /** `[place of the score, why]`. */
      readonly why: readonly (readonly [number, string])[];
      /** Latency, tokens and money, in words. */
      readonly used: string;
    }
  | { readonly error: string; readonly used: string };

/** A text, or its beginning and how many characters there are in all. */
export type PageText = string | readonly [string, number];
