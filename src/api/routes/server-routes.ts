import { createRoute, z } from '@hono/zod-openapi';
import { TidegateError } from '../../errors.ts';
import type { ApiApp } from '../api-app.ts';
import type { ApiPorts } from '../api-ports.ts';
import { answers, cutPage, pageOf, pageQuery } from '../route-parts.ts';
import { environmentSchema, gatewaySchema, serverInfoSchema } from '../schemas/info.ts';
import { liveGatewaySchema } from '../schemas/live-gateway.ts';
import { restartedGatewaysSchema, restartRequestSchema } from '../schemas/restarted-gateway.ts';

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

const listLiveGateways = createRoute({
  method: 'get',
  path: '/gateways/live',
  operationId: 'listLiveGateways',
  summary: 'What gateway processes are doing now, and how each stands to the addresses it uses',
  request: { query: z.object(pageQuery) },
  responses: answers(pageOf(liveGatewaySchema, 'LiveGateways'), 'The gateways, asked just now.'),
});

const reloadCertificates = createRoute({
  method: 'post',
  path: '/certificates/reload',
  operationId: 'reloadCertificates',
  summary:
    'Read the certificates of control plane and gateways anew, without waiting for the next look at their files',
  responses: answers(z.object({}), 'They are being read; `/info` and `/gateways` tell what came of it.'),
});

const restartGateways = createRoute({
  method: 'post',
  path: '/gateways/restart',
  operationId: 'restartGateways',
  summary:
    'Replace gateway processes one after the other, each by one that takes over its listening socket; no request notices',
  request: { body: { content: { 'application/json': { schema: restartRequestSchema } } } },
  responses: answers(restartedGatewaysSchema, 'What became of each process.'),
});

/** A process that is well answers in a few milliseconds. */
const LIVE_WITHIN_MS = 1_000;

export const addServerRoutes = (app: ApiApp, ports: ApiPorts): void => {
  const { engine, gateways, serverInfo, reload } = ports;
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
  app.openapi(reloadCertificates, async (c) => {
    await reload?.();
    return c.json({}, 200);
  });
  app.openapi(restartGateways, async (c) => {
    const { environment = null } = c.req.valid('json');
    if (environment !== null && !engine.environments.some(({ name }) => name === environment))
      throw new TidegateError('not-found', `There is no environment named ${environment}.`);
    return c.json({ items: [...((await ports.restartGateways?.(environment)) ?? [])] }, 200);
  });
  app.openapi(listLiveGateways, async (c) => {
    const all = (await gateways.measure(LIVE_WITHIN_MS)).map(({ measures, ...status }) => ({
      gateway: status.gateway,
      environment: status.environment,
      boot: status.boot,
      pid: status.pid,
      address: status.address,
      connected: status.connected,
      generation: status.generation,
      live: measures?.live ?? null,
    }));
    return c.json(cutPage(all, c.req.valid('query')), 200);
  });
  app.openapi(listGateways, (c) => c.json(cutPage([...gateways.list()], c.req.valid('query')), 200));
};
