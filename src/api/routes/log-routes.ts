import { createRoute, z } from '@hono/zod-openapi';
import type { LaneView } from '../../engine/views.ts';
import { workloadId } from '../../engine/workload-of.ts';
import { TidegateError } from '../../errors.ts';
import type { ApiApp } from '../api-app.ts';
import type { ApiPorts } from '../api-ports.ts';
import { knownLane } from '../known-lane.ts';
import { answers, laneParams } from '../route-parts.ts';
import { replicaLogSchema } from '../schemas/replica-log.ts';

const getLog = createRoute({
  method: 'get',
  path: '/logs/{environment}/{service}',
  operationId: 'getLog',
  summary: 'The end of what a replica wrote',
  request: {
    params: laneParams,
    query: z.object({
      release: z.string().max(200).optional().openapi({
        description: 'Version or digest; default: the candidate, else stable.',
      }),
      replica: z.coerce.number().int().min(0).max(1_000).default(0),
      bytes: z.coerce
        .number()
        .int()
        .min(1)
        .max(2 ** 20)
        .default(2 ** 16),
    }),
  },
  responses: answers(replicaLogSchema, 'The text.'),
});

export const addLogRoutes = (app: ApiApp, { engine, runtime }: ApiPorts): void => {
  app.openapi(getLog, async (c) => {
    const key = knownLane(engine, c.req.valid('param'));
    const { release: asked, replica, bytes } = c.req.valid('query');
    const lane = engine.lane(key);
    const found = knownRelease(lane, asked);
    if (found === undefined)
      throw new TidegateError(
        'not-found',
        asked === undefined
          ? `Nothing of ${key.service} runs in ${key.environment}.`
          : `Release ${asked} was never in ${key.environment}.`,
      );
    const id = workloadId(key, found.release);
    const status = (await runtime.list()).find((workload) => workload.id === id);
    const text = await runtime.log(id, replica, bytes);
    const replicas = (status?.replicas ?? []).map(({ slot, state, restarts, detail }) => ({
      slot,
      state,
      restarts,
      detail,
    }));
    return c.json({ ...found, replica, text, replicas }, 200);
  });
};

/** Also releases that are gone from here: their logs stay for a while, and a rollback is when one wants to read them. */
const knownRelease = (lane: LaneView, asked: string | undefined) => {
  const all = [
    lane.rollout?.order,
    lane.stable,
    ...lane.ended.map(({ order }) => order),
    ...lane.history,
  ].filter((one) => one != null);
  const plain = asked?.replace(/^v/, '');
  const found = all.find(
    ({ release, releaseVersion }) => plain === undefined || release === plain || releaseVersion === plain,
  );
  return found === undefined ? undefined : { release: found.release, releaseVersion: found.releaseVersion };
};
