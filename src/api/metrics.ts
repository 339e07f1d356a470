import { Hono } from 'hono';
import { TidegateError } from '../errors.ts';
import { renderSeries, SERIES_MEDIA_TYPES, type SeriesFormat } from '../telemetry/render-series.ts';
import type { ApiPorts } from './api-ports.ts';
import { bearerToken, tokenFinder } from './authenticate.ts';
import { gatewaySeries } from './gateway-series.ts';

/** Below the time-out of a scrape, which is ten seconds unless somebody sets it. */
const ANSWER_WITHIN_MS = 2_000;

/**
 * `GET /metrics` for scrapers: what all gateways count about themselves. Needs a token of the API or the one that is for
 * this alone; the cookie of the page does not open it.
 */
export const metricsRoute = ({ gateways, tokens, metricsToken, serverInfo }: ApiPorts): Hono => {
  const findToken = tokenFinder([
    ...tokens,
    ...(metricsToken === undefined ? [] : [{ name: 'metrics', token: metricsToken }]),
  ]);
  const app = new Hono();
  app.get('/metrics', async (c) => {
    const token = bearerToken(c);
    if (token === null || findToken(token) === null)
      throw new TidegateError('unauthenticated', 'This request carries no valid token.', {
        todo: 'Let the scraper send a token: the file metrics-token beside admin-token holds one that opens nothing else.',
      });
    const [measured, { version }] = await Promise.all([gateways.measure(ANSWER_WITHIN_MS), serverInfo()]);
    const format = formatFor(c.req.header('accept'));
    c.header('content-type', SERIES_MEDIA_TYPES[format]);
    return c.body(renderSeries(gatewaySeries(measured, version), format));
  });
  return app;
};

/** Both carry the same; OpenMetrics goes to those who ask for its first version and for nothing they like as well. */
const formatFor = (accept: string | undefined): SeriesFormat => {
  for (const range of (accept ?? '').split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    if (type === 'text/plain' || type === '*/*') return 'prometheus';
    const version = parameters.find((parameter) => parameter.startsWith('version='));
    if (
      type === 'application/openmetrics-text' &&
      (version === undefined || /=(0\.0\.1|1\.0\.0)$/.test(version))
    )
      return 'openmetrics';
  }
  return 'prometheus';
};
