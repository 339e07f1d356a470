import { createHash, randomBytes } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiApp } from '../api-app.ts';
import type { ApiPorts } from '../api-ports.ts';
import { answers, cutPage, pageOf, pageQuery } from '../route-parts.ts';
import { apiKeySchema, newApiKeySchema } from '../schemas/info.ts';
import { nameSchema } from '../schemas/scalars.ts';

const listKeys = createRoute({
  method: 'get',
  path: '/keys',
  operationId: 'listKeys',
  summary: 'API keys that clients of the gateways may use',
  request: { query: z.object(pageQuery) },
  responses: answers(pageOf(apiKeySchema, 'ApiKeys'), 'The keys, without the keys themselves.'),
});

const createKey = createRoute({
  method: 'post',
  path: '/keys',
  operationId: 'createKey',
  summary: 'Make an API key for a client of the gateways',
  request: {
    body: {
      content: { 'application/json': { schema: z.strictObject({ id: nameSchema }) } },
      required: true,
    },
  },
  responses: answers(newApiKeySchema, 'The key, shown this once.'),
});

const revokeKey = createRoute({
  method: 'delete',
  path: '/keys/{id}',
  operationId: 'revokeKey',
  summary: 'Make an API key invalid',
  request: { params: z.object({ id: nameSchema }) },
  responses: answers(z.object({ id: nameSchema }), 'It is invalid as soon as the gateways have heard.'),
});

export const addKeyRoutes = (app: ApiApp, { engine }: ApiPorts): void => {
  app.openapi(listKeys, (c) => {
    const all = engine.catalog.keys.active.map(({ id, createdAtMs, createdBy }) => ({
      id,
      createdAtMs,
      createdBy,
    }));
    return c.json(cutPage(all, c.req.valid('query')), 200);
  });

  app.openapi(createKey, async (c) => {
    const { id } = c.req.valid('json');
    const key = `tgk_${randomBytes(32).toString('base64url')}`;
    await engine.createKey(id, createHash('sha256').update(key).digest('hex'), c.get('actor'));
    return c.json({ id, key }, 200);
  });

  app.openapi(revokeKey, async (c) => {
    const { id } = c.req.valid('param');
    await engine.revokeKey(id, c.get('actor'));
    return c.json({ id }, 200);
  });
};
