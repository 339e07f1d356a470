import type { GuardName } from '../../core/rollout/plan.ts';

/** Something about a plan that its author should know before it runs. Codes and numbers; sentences are made by renderers. */
export type Warning =
  /** The stage always runs into its time-out. */
  | {
      readonly code: 'minimum-above-timeout';
      readonly stage: string;
      readonly minimumMs: number;
      readonly timeoutMs: number;
    }
  /** At this traffic a good release usually waits for evidence longer than the time-out allows. */
  | {
      readonly code: 'gate-too-slow';
      readonly stage: string;
      readonly guard: string | null;
      /** What gives one outcome each: a request, or a user (`key`), of whom there are only so many. */
      readonly unit: 'request' | 'key';
      readonly timeoutMs: number;
      /** Median time until the evidence would be there; null: not within `horizonMs`. */
      readonly neededMs: number | null;
      readonly horizonMs: number;
      /** Median time in a stage that mirrors all requests instead, for the guards that copies show something to; null as above. */
      readonly mirroredMs: number | null;
      readonly mirroredGuards: readonly string[];
    }
  /** Good releases sometimes stay in a stage without an end: it has no time-out, and what it waits for does not come. */
  | {
      readonly code: 'endless';
      readonly stage: string;
      readonly runsShare: number;
      readonly horizonMs: number;
    }
  /** The candidate gets users' requests, and nothing would take it back. */
  | { readonly code: 'unwatched-stage'; readonly stage: string }
  /** The stage must not be left without evidence, and none of the guards can see any there: it holds until a person decides. */
  | { readonly code: 'unseen-gate'; readonly stage: string }
  /** The guard can see nothing in this stage. */
  | {
      readonly code: 'blind-guard';
      readonly guard: GuardName;
      readonly stage: string | null;
      readonly because: 'nothing-to-compare' | 'no-mirroring' | 'no-feedback';
    }
  /** The guard is part of the plan, but this prediction has no traffic for it and leaves it out. */
  | { readonly code: 'not-predicted'; readonly guard: GuardName }
  | { readonly code: 'no-guards' }
  /** A release so much worse usually gets through, for the difference is less than the margin. */
  | {
      readonly code: 'margin-lets-through';
      readonly guard: GuardName;
      readonly factor: number;
      readonly promotedShare: number;
      readonly marginShare: number;
    };
