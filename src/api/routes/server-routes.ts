import { createRoute, z } from '@hono/zod-openapi';
import type { ApiApp } from '../api-app.ts';
import type { ApiPorts } from '../api-ports.ts';
import { answers, cutPage, pageOf, pageQuery } from '../route-parts.ts';
import { environmentSchema, gatewaySchema, serverInfoSchema } from '../schemas/info.ts';

const getInfo = createRoute({
  method: 'get',
  path: '/info',
  operationId: 'getInfo',
  summary: 'What this control plane is and where it runs',
  responses: answers(serverInfoSchema, 'The server.'),
});

const listEnvironments = createRoute({
  method: 'get',
  path: '/environments',
  operationId: 'listEnvironments',
  summary: 'Environments in the order releases travel',
  request: { query: z.object(pageQuery) },
  responses: answers(pageOf(environmentSchema, 'Environments'), 'The environments.'),
});

const listGateways = createRoute({
  method: 'get',
  path: '/gateways',
  operationId: 'listGateways',
  summary: 'Gateway processes and the route generation each has in force',
  request: { query: z.object(pageQuery) },
  responses: answers(pageOf(gatewaySchema, 'Gateways'), 'The gateways.'),
});

export const addServerRoutes = (app: ApiApp, { engine, gateways, serverInfo }: ApiPorts): void => {
  app.openapi(getInfo, async (c) => c.json(await serverInfo(), 200));
  app.openapi(listEnvironments, (c) => {
    const all = engine.environments.map(({ name, gateway, apiKeyRequired, strategy, promote }, index) => ({
      name,
      gateway,
      apiKeyRequired,
      strategy: strategy.type,
      promote,
      next: engine.environments[index + 1]?.name ?? null,
    }));
    return c.json(cutPage(all, c.req.valid('query')), 200);
  });
  app.openapi(listGateways, (c) => c.json(cutPage([...gateways.list()], c.req.valid('query')), 200));
};
