import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { TidegateError } from '../errors.ts';
import { type ApiApp, newApiApp } from './api-app.ts';
import type { ApiPorts } from './api-ports.ts';
import { authenticate, tokenFinder } from './authenticate.ts';
import { checkHost } from './check-host.ts';
import { loginRoutes } from './login.ts';
import { metricsRoute } from './metrics.ts';
import { openApiDocument } from './openapi-document.ts';
import { servePage } from './page.ts';
import { problemResponse } from './problem-response.ts';
import { addBlobRoutes } from './routes/blob-routes.ts';
import { addCommandRoutes } from './routes/command-routes.ts';
import { addExplanationRoutes } from './routes/explanation-routes.ts';
import { addInvocationRoutes } from './routes/invocation-routes.ts';
import { addKeyRoutes } from './routes/key-routes.ts';
import { addLaneRoutes } from './routes/lane-routes.ts';
import { addLedgerRoutes } from './routes/ledger-routes.ts';
import { addLimitsRoutes } from './routes/limits-routes.ts';
import { addLogRoutes } from './routes/log-routes.ts';
import { addPayloadRoutes } from './routes/payload-routes.ts';
import { addPricesRoutes } from './routes/prices-routes.ts';
import { addReleaseRoutes } from './routes/release-routes.ts';
import { addServerRoutes } from './routes/server-routes.ts';
import { addStreamRoutes } from './routes/stream-routes.ts';
import { addUsageRoutes } from './routes/usage-routes.ts';
import { securityHeaders } from './security-headers.ts';
import { openSessions } from './sessions.ts';

const maxJsonBytes = 2 ** 20;

/** All routes below /api/v1, without anything in front of them. Also what the OpenAPI document is made from. */
export const addApiRoutes = (app: ApiApp, ports: ApiPorts): void => {
  addServerRoutes(app, ports);
  addReleaseRoutes(app, ports);
  addBlobRoutes(app, ports);
  addLaneRoutes(app, ports);
  addCommandRoutes(app, ports);
  addExplanationRoutes(app, ports);
  addLedgerRoutes(app, ports);
  addInvocationRoutes(app, ports);
  addPayloadRoutes(app, ports);
  addLogRoutes(app, ports);
  addKeyRoutes(app, ports);
  addLimitsRoutes(app, ports);
  addPricesRoutes(app, ports);
  addUsageRoutes(app, ports);
  addStreamRoutes(app, ports);
};

/**
 * The control plane over HTTP: the API under /api/v1, the page with its login, and /healthz. Mount its `fetch` on any
 * server; everything it needs is in `ports`, so a test calls `request` without one.
 */
export const createApi = (ports: ApiPorts): Hono => {
  const { clock, failed, tokens, pageDirectory } = ports;
  const findToken = tokenFinder(tokens);
  const sessions = openSessions();

  const api = newApiApp();
  api.use(authenticate(findToken, sessions, clock));
  const limitJson = bodyLimit({
    maxSize: maxJsonBytes,
    onError: () => {
      throw new TidegateError('too-large', `A request may have at most ${maxJsonBytes} bytes.`);
    },
  });
  // Blobs have a limit of their own, and are streamed.
  api.use((c, next) => (c.req.path.includes('/blobs/') ? next() : limitJson(c, next)));
  addApiRoutes(api, ports);
  api.get('/openapi.json', async (c) => c.json(openApiDocument(api, (await ports.serverInfo()).version)));

  const app = new Hono();
  app.use(securityHeaders);
  if (ports.isLoopbackOnly) app.use(checkHost);
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.route('/', metricsRoute(ports));
  app.route('/', loginRoutes(findToken, sessions, clock));
  app.route('/api/v1', api);
  app.all('/api/*', (c) => {
    throw new TidegateError('not-found', `There is no ${c.req.method} ${c.req.path}.`, {
      todo: 'GET /api/v1/openapi.json describes what there is.',
    });
  });
  if (pageDirectory !== null) app.get('*', servePage(pageDirectory));
  app.notFound((c) =>
    problemResponse(new TidegateError('not-found', `There is nothing at ${c.req.path}.`), failed),
  );
  app.onError((error) => problemResponse(error, failed));
  return app;
};
