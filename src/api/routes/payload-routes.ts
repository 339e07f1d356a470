import { createRoute, z } from '@hono/zod-openapi';
import { TidegateError } from '../../errors.ts';
import { eraseCaptures, keyDigest } from '../../gateway/capture/erase-captures.ts';
import { findCapture } from '../../gateway/capture/find-capture.ts';
import type { ApiApp } from '../api-app.ts';
import type { ApiPorts } from '../api-ports.ts';
import { answers } from '../route-parts.ts';
import { captureSchema, erasedSchema, erasureSchema } from '../schemas/capture.ts';

const readPayload = createRoute({
  method: 'post',
  path: '/invocations/{id}/payload',
  operationId: 'readPayload',
  summary: 'What was captured of an invocation, redacted',
  description:
    'That it was read is recorded in the ledger before it is given out, so it is a POST, for which the login of the page is not enough.',
  request: { params: z.object({ id: z.string().min(1).max(64) }) },
  responses: answers(captureSchema, 'Request and answer.'),
});

const erasePayloads = createRoute({
  method: 'post',
  path: '/payloads/erase',
  operationId: 'erasePayloads',
  summary: 'Delete captured bodies: all that are so as every member says',
  request: { body: { content: { 'application/json': { schema: erasureSchema } }, required: true } },
  responses: answers(erasedSchema, 'They are gone from this machine.'),
});

export const addPayloadRoutes = (app: ApiApp, { engine, logDir, clock }: ApiPorts): void => {
  app.openapi(readPayload, async (c) => {
    const { id } = c.req.valid('param');
    const found = await findCapture(logDir, id, clock.nowMs());
    if (found === null)
      throw new TidegateError('not-found', `Nothing is captured of invocation ${id}.`, {
        todo: 'Look at `traffic.capture` of the service. A very new one may need a second.',
      });
    const { environment, service } = found.capture;
    // Nobody sees it unless it is on record that they did.
    await engine.notePayloads({ type: 'payload.read', invocation: id, environment, service }, c.get('actor'));
    return c.json(found.capture, 200);
  });

  app.openapi(erasePayloads, async (c) => {
    const { key, ...rest } = c.req.valid('json');
    const erased = await eraseCaptures(logDir, { ...rest, key });
    const named = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    const note = { type: 'payloads.erased', erased, ...named } as const;
    await engine.notePayloads(
      key === undefined ? note : { ...note, keyDigest: keyDigest(key) },
      c.get('actor'),
    );
    return c.json({ erased }, 200);
  });
};
