import { createRoute, z } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import { TidegateError } from '../../errors.ts';
import type { ApiApp } from '../api-app.ts';
import type { ApiPorts } from '../api-ports.ts';
import { writeLive } from '../live-stream.ts';
import { problemSchema } from '../schemas/problem.ts';
import { nameSchema } from '../schemas/scalars.ts';

const stream = createRoute({
  method: 'get',
  path: '/stream',
  operationId: 'stream',
  summary: 'What happens, as it happens (Server-Sent Events)',
  description:
    'Events `ledger` (a LedgerEvent; its id is the sequence number) and `lane` (a LaneView, at most four times a second each). Reconnect with `Last-Event-ID` to miss nothing; without it the stream starts now.',
  request: {
    query: z.object({ service: nameSchema.optional(), environment: nameSchema.optional() }),
    headers: z.object({ 'last-event-id': z.string().optional() }),
  },
  responses: {
    200: { content: { 'text/event-stream': { schema: z.string() } }, description: 'The stream.' },
    default: {
      content: { 'application/problem+json': { schema: problemSchema } },
      description: 'A problem.',
    },
  },
});

/** Each costs a timer and some memory. */
const mostStreams = 100;

export const addStreamRoutes = (app: ApiApp, ports: ApiPorts): void => {
  let open = 0;
  app.openapi(stream, async (c) => {
    const filter = c.req.valid('query');
    const last = c.req.header('last-event-id');
    if (last !== undefined && !/^\d{1,15}$/.test(last))
      throw new TidegateError('bad-request', 'Last-Event-ID takes the id of an event of this stream.');
    if (open >= mostStreams)
      throw new TidegateError('not-now', `There are ${open} open streams already.`, {
        todo: 'Close one, or ask again for the present state instead.',
      });
    const head = await ports.ledger.head();
    const afterSeq = last === undefined ? head.seq : Math.min(Number(last), head.seq);
    open += 1;
    return streamSSE(
      c,
      async (out) => {
        try {
          await writeLive(out, ports, filter, afterSeq);
        } finally {
          open -= 1;
        }
      },
      async (error) => ports.failed(error),
    );
  });
};
