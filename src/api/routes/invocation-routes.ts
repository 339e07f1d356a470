import { createRoute, z } from '@hono/zod-openapi';
import { TidegateError } from '../../errors.ts';
import { findCapture } from '../../gateway/capture/find-capture.ts';
import { findInvocation } from '../../gateway/invocation-log/find.ts';
import type { ApiApp } from '../api-app.ts';
import type { ApiPorts } from '../api-ports.ts';
import { answers } from '../route-parts.ts';
import { traceSchema } from '../schemas/invocation.ts';
import { traceInvocation } from '../trace-invocation.ts';

const getTrace = createRoute({
  method: 'get',
  path: '/invocations/{id}',
  operationId: 'traceInvocation',
  summary: 'Which release answered an invocation, and why that release was there',
  request: { params: z.object({ id: z.string().min(1).max(64) }) },
  responses: answers(traceSchema, 'The trace.'),
});

export const addInvocationRoutes = (app: ApiApp, { engine, ledger, logDir, clock }: ApiPorts): void => {
  app.openapi(getTrace, async (c) => {
    const { id } = c.req.valid('param');
    const found = await findInvocation(logDir, id);
    if (found === null)
      throw new TidegateError('not-found', `Nothing is known of invocation ${id}.`, {
        todo: 'Take the id from the response header `tidegate-invocation`. A very new one may need a second.',
      });
    const capture = (await findCapture(logDir, id, clock.nowMs()))?.capture;
    const payload = capture === undefined ? null : { why: capture.why, expiresAt: capture.expiresAt };
    return c.json({ ...(await traceInvocation(found, ledger, engine.catalog)), payload }, 200);
  });
};
