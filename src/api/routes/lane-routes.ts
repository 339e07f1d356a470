import { createRoute, z } from '@hono/zod-openapi';
import type { ApiApp } from '../api-app.ts';
import type { ApiPorts } from '../api-ports.ts';
import { knownLane } from '../known-lane.ts';
import { laneEtag } from '../lane-version.ts';
import { answers, cutPage, laneParams, pageOf, pageQuery } from '../route-parts.ts';
import { laneTrafficSchema } from '../schemas/lane-traffic.ts';
import { laneViewSchema } from '../schemas/lane-view.ts';
import { nameSchema } from '../schemas/scalars.ts';

const listLanes = createRoute({
  method: 'get',
  path: '/lanes',
  operationId: 'listLanes',
  summary: 'Every service in every environment: what serves, what is on its way',
  request: {
    query: z.object({ ...pageQuery, service: nameSchema.optional(), environment: nameSchema.optional() }),
  },
  responses: answers(pageOf(laneViewSchema, 'Lanes'), 'The lanes.'),
});

const getLane = createRoute({
  method: 'get',
  path: '/lanes/{environment}/{service}',
  operationId: 'getLane',
  summary: 'One service in one environment',
  request: { params: laneParams },
  responses: answers(laneViewSchema, 'The lane. Its ETag is its version.'),
});

const getTraffic = createRoute({
  method: 'get',
  path: '/lanes/{environment}/{service}/traffic',
  operationId: 'getLaneTraffic',
  summary: 'How many requests it answered in each hour of the last two weeks',
  request: { params: laneParams },
  responses: answers(laneTrafficSchema, 'Counts by hour, up to now.'),
});

export const addLaneRoutes = (app: ApiApp, { engine, clock }: ApiPorts): void => {
  app.openapi(listLanes, (c) => {
    const { service, environment, ...page } = c.req.valid('query');
    const rank = new Map(engine.environments.map(({ name }, index) => [name, index]));
    const all = engine
      .lanes()
      .filter(
        (lane) =>
          (service === undefined || lane.service === service) &&
          (environment === undefined || lane.environment === environment),
      )
      .sort(
        (a, b) =>
          (a.service < b.service ? -1 : a.service > b.service ? 1 : 0) ||
          (rank.get(a.environment) ?? 0) - (rank.get(b.environment) ?? 0),
      );
    return c.json(cutPage(all, page), 200);
  });

  app.openapi(getLane, (c) => {
    const lane = engine.lane(knownLane(engine, c.req.valid('param')));
    c.header('etag', laneEtag(lane));
    return c.json(lane, 200);
  });

  app.openapi(getTraffic, (c) => {
    const key = knownLane(engine, c.req.valid('param'));
    const { hours, latency } = engine.trafficHistory(key);
    return c.json({ ...key, atMs: clock.nowMs(), hours, latency }, 200);
  });
};
