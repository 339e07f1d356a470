import type { LaneEvent } from './events.ts';

export type Decision =
  | { readonly ok: true; readonly events: readonly LaneEvent[] }
  | { readonly ok: false; readonly refusal: Refusal };

export interface Refusal {
  readonly code: 'not-now' | 'rollout-running' | 'conflict';
  /** One sentence. */
  readonly detail: string;
}

export const accept = (events: readonly LaneEvent[]): Decision => ({ ok: true, events });
export const refuse = (code: Refusal['code'], detail: string): Decision => ({
  ok: false,
  refusal: { code, detail },
});
