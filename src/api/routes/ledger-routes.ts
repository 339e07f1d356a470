import { createRoute, z } from '@hono/zod-openapi';
import type { Ledger, StoredEvent } from '../../ports/ledger.ts';
import type { ApiApp } from '../api-app.ts';
import type { ApiPorts } from '../api-ports.ts';
import { type EventFilter, ledgerEvent, matchesFilter } from '../ledger-event.ts';
import { answers, pageOf, pageQuery } from '../route-parts.ts';
import {
  type LedgerEvent,
  ledgerEventSchema,
  ledgerHeadSchema,
  ledgerVerdictSchema,
} from '../schemas/ledger.ts';
import { nameSchema } from '../schemas/scalars.ts';

const listEvents = createRoute({
  method: 'get',
  path: '/events',
  operationId: 'listEvents',
  summary: 'What was decided, by whom, when and why',
  description: 'Newest first; oldest first with `order=oldest`. A page may be short although there is more.',
  request: {
    query: z.object({
      ...pageQuery,
      order: z.enum(['newest', 'oldest']).default('newest'),
      service: nameSchema.optional(),
      environment: nameSchema.optional(),
      rollout: z.string().max(200).optional(),
      since: z.coerce.number().optional().openapi({ description: 'Milliseconds since 1970.' }),
    }),
  },
  responses: answers(pageOf(ledgerEventSchema, 'LedgerEvents'), 'The events.'),
});

const getHead = createRoute({
  method: 'get',
  path: '/ledger/head',
  operationId: 'getLedgerHead',
  summary: 'The newest record: keep it, and you can tell later whether the past was changed',
  responses: answers(ledgerHeadSchema, 'The head.'),
});

const verifyLedger = createRoute({
  method: 'get',
  path: '/ledger/verify',
  operationId: 'verifyLedger',
  summary: 'Read every record and check order, form, chain and checkpoint',
  responses: answers(ledgerVerdictSchema, 'The verdict.'),
});

/** Records looked at for one page, so that a filter that finds nothing does not read a whole ledger at once. */
const scannedAtMost = 20_000;
const readAtOnce = 500;

export const addLedgerRoutes = (app: ApiApp, { ledger }: ApiPorts): void => {
  app.openapi(listEvents, async (c) => {
    const { limit, cursor, order, since, ...filter } = c.req.valid('query');
    const from = cursor === undefined ? null : Number(cursor);
    return c.json(await scan(ledger, { ...filter, sinceMs: since }, order, from, limit), 200);
  });
  app.openapi(getHead, async (c) => c.json(await ledger.head(), 200));
  app.openapi(verifyLedger, async (c) => c.json(await ledger.verify(), 200));
};

/** @param from the record to go on after, in the order asked; null begins at the end that comes first. */
const scan = async (
  ledger: Ledger,
  filter: EventFilter,
  order: 'newest' | 'oldest',
  from: number | null,
  limit: number,
): Promise<{ items: LedgerEvent[]; next: string | null }> => {
  const read = (after: number | null): Promise<readonly StoredEvent[]> =>
    order === 'oldest' ? ledger.readAll(after ?? 0, readAtOnce) : ledger.readBack(after, readAtOnce);
  const items: LedgerEvent[] = [];
  let last = from;
  for (let scanned = 0; scanned < scannedAtMost; scanned += readAtOnce) {
    const page = await read(last);
    for (const stored of page) {
      last = stored.seq;
      const event = ledgerEvent(stored);
      // Backwards in time nothing older than `since` can match any more, but for a clock that was set back.
      if (order === 'newest' && filter.sinceMs !== undefined && event.atMs < filter.sinceMs - clockSlackMs)
        return { items, next: null };
      if (matchesFilter(event, filter)) items.push(event);
      if (items.length === limit) return { items, next: String(last) };
    }
    if (page.length < readAtOnce) return { items, next: null };
  }
  return { items, next: last === null ? null : String(last) };
};

const clockSlackMs = 60_000;
