import { createRoute, z } from '@hono/zod-openapi';
import { LIST_VERSION, listPrices } from '../../core/cost/list-prices.ts';
import { TidegateError } from '../../errors.ts';
import type { ApiApp } from '../api-app.ts';
import type { ApiPorts } from '../api-ports.ts';
import { answers } from '../route-parts.ts';
import { type PricesInForce, pricesInForceSchema, pricesSchema } from '../schemas/prices.ts';
import { nameSchema } from '../schemas/scalars.ts';

const params = z.object({ environment: nameSchema });
const path = '/environments/{environment}/prices';

const readPrices = createRoute({
  method: 'get',
  path,
  operationId: 'readPrices',
  summary: 'What calls cost in an environment: prices that were set, and those listed',
  request: { params },
  responses: answers(pricesInForceSchema, 'The prices, and who set them.'),
});

const setPrices = createRoute({
  method: 'put',
  path,
  operationId: 'setPrices',
  summary: 'Set what calls cost in an environment; null leaves those listed',
  request: {
    params,
    body: {
      content: {
        'application/json': { schema: z.strictObject({ prices: z.union([pricesSchema, z.null()]) }) },
      },
      required: true,
    },
  },
  responses: answers(pricesInForceSchema, 'They hold for what ends after the gateways have heard.'),
});

export const addPricesRoutes = (app: ApiApp, { engine }: ApiPorts): void => {
  const inForce = (environment: string): PricesInForce => {
    if (!engine.environments.some(({ name }) => name === environment))
      throw new TidegateError('not-found', `There is no environment named ${environment}.`);
    const record = engine.catalog.prices.byEnvironment.get(environment);
    return {
      environment,
      prices: record?.prices ?? null,
      setAtMs: record?.setAtMs ?? null,
      setBy: record?.setBy ?? null,
      listVersion: LIST_VERSION,
      list: listPrices,
    };
  };

  app.openapi(readPrices, (c) => c.json(inForce(c.req.valid('param').environment), 200));

  app.openapi(setPrices, async (c) => {
    const { environment } = c.req.valid('param');
    inForce(environment);
    await engine.setPrices(environment, c.req.valid('json').prices, c.get('actor'));
    return c.json(inForce(environment), 200);
  });
};
