import type { Audience } from '../audience/audience.ts';
import type { Gate } from './plan.ts';

/**
 * A strategy as somebody wrote it, with every unit resolved: shares from 0 to 1, durations in milliseconds. Null means
 * "whatever the environment's policy says". It is still a wish: expanding it into the stages of a `Plan` is a separate step,
 * because only then is it known whether a stable release exists and what the policy demands.
 */
export type StrategyConfig =
  | CanaryStrategy
  | ShadowStrategy
  | BlueGreenStrategy
  | RollingStrategy
  | AllAtOnceStrategy
  | StagesStrategy;

export type StrategyName = StrategyConfig['type'];

/** What every strategy may say about the time after the candidate got everything. */
export interface HoldConfig {
  /** How long the old release stays warm behind the new one. Zero switches the hold off. */
  readonly holdMs: number | null;
  /** Share of requests that the old release still answers meanwhile, 0 to below 0.5. */
  readonly holdbackShare: number | null;
}

/** What every preset may say about its stages. */
export interface PresetConfig extends HoldConfig {
  /** Shortest time in each stage. */
  readonly minimumMs: number | null;
  /** Longest time in each stage before a person is asked. */
  readonly timeoutMs: number | null;
}

export interface CanaryStrategy extends PresetConfig {
  readonly type: 'canary';
  /** Of all stages but the last, which is for everybody. Absent: everybody. */
  readonly audience?: Audience;
  /** Shares of the candidate, strictly growing, the last one 1. */
  readonly steps: readonly number[];
  /** A stage that only mirrors comes first, with this share; null leaves it out. */
  readonly mirrorShare: number | null;
}

/** Mirrors first; users get the candidate only after the copies were judged, and then all of them. */
export interface ShadowStrategy extends PresetConfig {
  readonly type: 'shadow';
  /** Whose requests are copied. Absent: everybody's. */
  readonly audience?: Audience;
  readonly mirrorShare: number;
}

export interface BlueGreenStrategy extends PresetConfig {
  readonly type: 'blue-green';
  /** Must succeed while the candidate runs without traffic. */
  readonly smoke: { readonly command: string; readonly timeoutMs: number } | null;
}

export interface RollingStrategy extends PresetConfig {
  readonly type: 'rolling';
  /** Replicas replaced at a time. */
  readonly batch: number;
}

export interface AllAtOnceStrategy extends PresetConfig {
  readonly type: 'all-at-once';
}

/** Everything spelled out. Shares never shrink and end at 1. */
export interface StagesStrategy extends HoldConfig {
  readonly type: 'stages';
  readonly stages: readonly StageConfig[];
}

export interface StageConfig {
  readonly name: string | null;
  readonly share: number;
  readonly mirrorShare: number;
  /** Absent: everybody. No stage has anybody in it who is not in all after it. */
  readonly audience?: Audience;
  readonly gates: readonly Gate[];
  readonly minimumMs: number | null;
  readonly timeoutMs: number | null;
}
