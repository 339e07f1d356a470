import { createRoute } from '@hono/zod-openapi';
import type { ApiApp } from '../api-app.ts';
import type { ApiPorts } from '../api-ports.ts';
import { answers } from '../route-parts.ts';
import { usageQuerySchema, usageSchema } from '../schemas/usage.ts';

const readUsage = createRoute({
  method: 'get',
  path: '/usage',
  operationId: 'readUsage',
  summary: 'What calls of releases used and cost',
  request: { query: usageQuerySchema },
  responses: answers(usageSchema, 'Sums by what was asked for.'),
});

const DAYS_SHOWN = 30;
const DAY_MS = 86_400_000;

export const addUsageRoutes = (app: ApiApp, { engine, clock }: ApiPorts): void => {
  app.openapi(readUsage, async (c) => {
    const { since: given, ...query } = c.req.valid('query');
    const since = given ?? new Date(clock.nowMs() - DAYS_SHOWN * DAY_MS).toISOString().slice(0, 10);
    const rows = await engine.usage({ ...query, since });
    return c.json({ since, rows: rows.map(({ group, ...sums }) => ({ ...group, ...sums }) as never) }, 200);
  });
};
