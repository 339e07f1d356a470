import type { Policy } from '../core/rollout/policy.ts';

/** A policy file after reading. */
export interface PolicyConfig extends Policy {
  /** What happens to a release that is shipped while a rollout of its service runs here. */
  readonly whenRunning: 'supersede' | 'queue' | 'refuse';
}
