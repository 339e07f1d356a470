import { z } from '@hono/zod-openapi';
import type { LedgerVerdict } from '../../ports/ledger.ts';
import { countSchema, timeMsSchema } from './scalars.ts';

export const ledgerEventSchema = z
  .object({
    seq: z.int(),
    stream: z.string(),
    version: z.int(),
    type: z.string(),
    schema: z.int(),
    atMs: timeMsSchema,
    actor: z.string(),
    data: z.unknown(),
    hash: z.string(),
    service: z.string().nullable().openapi({ description: 'The service it is about, if it is about one.' }),
    environment: z.string().nullable(),
  })
  .openapi('LedgerEvent');

export type LedgerEvent = z.infer<typeof ledgerEventSchema>;

export const ledgerHeadSchema = z
  .object({ seq: countSchema, hash: z.string(), epoch: countSchema })
  .openapi('LedgerHead');

export type LedgerHead = z.infer<typeof ledgerHeadSchema>;

export type { LedgerVerdict };

export const ledgerVerdictSchema = z
  .union([
    z.object({ ok: z.literal(true), events: countSchema, head: ledgerHeadSchema }),
    z.object({
      ok: z.literal(false),
      seq: z.int(),
      reason: z.custom<Extract<LedgerVerdict, { ok: false }>['reason']>().openapi({ type: 'string' }),
      detail: z.string(),
    }),
  ])
  .openapi('LedgerVerdict');
