import { z } from 'zod';
import type { Trip } from '../../core/routing/link.ts';
import type { KeptLimits } from '../limits/open-limits.ts';

/** What a process that leaves tells the one that takes its place; plain JSON. */
export interface HandedOn {
  /** Null: another process keeps book and account. */
  readonly limits: KeptLimits | null;
  /** Candidates it has stopped and nobody has answered for yet. */
  readonly trips: readonly Trip[];
}

/** From the predecessor. It may be of another version: what cannot be read is no turn. */
export type ToSuccessor = { readonly type: 'turn'; readonly handedOn: HandedOn };

export type FromSuccessor = { readonly type: 'ready' } | { readonly type: 'serving' };

const amounts = z.record(z.string(), z.number().nonnegative());
const levels = z.object({
  name: z.string(),
  rate: z.object({ perSecond: z.number(), burst: z.number() }),
  level: z.number(),
  ageMs: z.number(),
});
const trip = z.object({
  type: z.literal('trip'),
  service: z.string(),
  rollout: z.string(),
  atMs: z.number(),
  cause: z.enum(['unreachable', 'evidence']),
  detail: z.string(),
});
const toSuccessor: z.ZodType<ToSuccessor> = z.object({
  type: z.literal('turn'),
  handedOn: z.object({
    limits: z
      .object({ account: z.record(z.string(), z.record(z.string(), amounts)), levels: z.array(levels) })
      .nullable(),
    trips: z.array(trip),
  }),
});

/** Null for what is none. */
export const readTurn = (message: unknown): HandedOn | null =>
  toSuccessor.safeParse(message).data?.handedOn ?? null;
