import { createRoute, z } from '@hono/zod-openapi';
import { TidegateError } from '../../errors.ts';
import type { ApiApp } from '../api-app.ts';
import type { ApiPorts } from '../api-ports.ts';
import { answers } from '../route-parts.ts';
import { type LimitsInForce, limitsInForceSchema, limitsSchema } from '../schemas/limits.ts';
import { nameSchema } from '../schemas/scalars.ts';

const params = z.object({ environment: nameSchema });
const path = '/environments/{environment}/limits';

const readLimits = createRoute({
  method: 'get',
  path,
  operationId: 'readLimits',
  summary: 'What the gateways of an environment let in',
  request: { params },
  responses: answers(limitsInForceSchema, 'The limits, and who set them.'),
});

const setLimits = createRoute({
  method: 'put',
  path,
  operationId: 'setLimits',
  summary: 'Set what the gateways of an environment let in; null lets everything in',
  request: {
    params,
    body: {
      content: {
        'application/json': { schema: z.strictObject({ limits: z.union([limitsSchema, z.null()]) }) },
      },
      required: true,
    },
  },
  responses: answers(limitsInForceSchema, 'They are in force as soon as the gateways have heard.'),
});

export const addLimitsRoutes = (app: ApiApp, { engine }: ApiPorts): void => {
  const inForce = (environment: string): LimitsInForce => {
    if (!engine.environments.some(({ name }) => name === environment))
      throw new TidegateError('not-found', `There is no environment named ${environment}.`);
    const record = engine.catalog.limits.byEnvironment.get(environment);
    return {
      environment,
      limits: record?.limits ?? null,
      setAtMs: record?.setAtMs ?? null,
      setBy: record?.setBy ?? null,
      standings: engine.budgetStandings(environment),
    };
  };

  app.openapi(readLimits, (c) => c.json(inForce(c.req.valid('param').environment), 200));

  app.openapi(setLimits, async (c) => {
    const { environment } = c.req.valid('param');
    inForce(environment);
    await engine.setLimits(environment, c.req.valid('json').limits, c.get('actor'));
    return c.json(inForce(environment), 200);
  });
};
