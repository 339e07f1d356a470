import { createHash } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Acting } from '../../engine/engine.ts';
import type { LaneView } from '../../engine/views.ts';
import { TidegateError } from '../../errors.ts';
import type { ApiApp } from '../api-app.ts';
import type { ApiPorts } from '../api-ports.ts';
import type { ApiEnv } from '../authenticate.ts';
import { requireJudgeKey } from '../judge-key.ts';
import { knownLane } from '../known-lane.ts';
import { laneEtag, versionFromIfMatch } from '../lane-version.ts';
import { answers, laneParams } from '../route-parts.ts';
import {
  approvalSchema,
  commandResultSchema,
  reasonedSchema,
  rollbackRequestSchema,
  shipRequestSchema,
} from '../schemas/command.ts';

const ifMatch = z.object({
  'if-match': z
    .string()
    .optional()
    .openapi({ description: 'ETag of the lane as you saw it; 412 otherwise.' }),
});

const command = <const P extends string, B extends z.ZodType>(
  name: P,
  summary: string,
  schema: B,
  isRequired: boolean,
) =>
  createRoute({
    method: 'post',
    path: `/lanes/{environment}/{service}/${name}` as `/lanes/{environment}/{service}/${P}`,
    operationId: name,
    summary,
    request: {
      params: laneParams,
      headers: ifMatch,
      body: { content: { 'application/json': { schema } }, required: isRequired },
    },
    responses: answers(commandResultSchema, 'What the lane is now.'),
  });

const ship = createRoute({
  ...command('ship', 'Start a rollout of a release here', shipRequestSchema, true),
  request: {
    params: laneParams,
    headers: ifMatch.extend({
      'idempotency-key': z
        .string()
        .min(1)
        .max(200)
        .optional()
        .openapi({ description: 'Names this rollout: the same key again starts nothing new.' }),
    }),
    body: { content: { 'application/json': { schema: shipRequestSchema } }, required: true },
  },
});
const promote = command('promote', 'Take what serves here on to the next environment', reasonedSchema, false);
const rollback = command(
  'rollback',
  'Back to stable, or to an earlier release',
  rollbackRequestSchema,
  false,
);
const approve = command('approve', 'Approve the stage one saw', approvalSchema, true);
const pause = command('pause', 'Keep the rollout where it is', reasonedSchema, false);
const resume = command('resume', 'Let a paused rollout go on', reasonedSchema, false);
const advance = command('advance', 'Move on now, whatever is still waited for', reasonedSchema, false);
const abort = command('abort', 'End the rollout; stable gets everything', reasonedSchema, false);

const acting = (c: Context<ApiEnv>, reason: string | undefined): Acting => {
  const expectedVersion = versionFromIfMatch(c.req.header('if-match'));
  return {
    actor: c.get('actor'),
    reason: reason ?? null,
    ...(expectedVersion === undefined ? {} : { expectedVersion }),
  };
};

const result = (
  c: Context<ApiEnv>,
  { lane, recorded, rollout }: { lane: LaneView; recorded: boolean; rollout?: string },
) => {
  c.header('etag', laneEtag(lane));
  return c.json({ lane, recorded, rollout: rollout ?? lane.rollout?.order.rollout ?? null }, 200);
};

const rolloutFromKey = (key: string, path: string): string =>
  `ro_${createHash('sha256').update(`${path}\n${key}`).digest('hex').slice(0, 26)}`;

const releaseOfRollout = (lane: LaneView, rollout: string) =>
  [lane.rollout?.order, ...lane.ended.map(({ order }) => order)].find(
    (order) => order?.rollout === rollout,
  ) ?? lane.queue.find((queued) => queued.rollout === rollout);

export const addCommandRoutes = (app: ApiApp, { engine, variables }: ApiPorts): void => {
  app.openapi(ship, async (c) => {
    const key = knownLane(engine, c.req.valid('param'));
    const { release, reason } = c.req.valid('json');
    requireJudgeKey(engine, key.service, release, variables);
    const idempotencyKey = c.req.header('idempotency-key');
    const shipped = await engine.ship({
      ...key,
      ...acting(c, reason),
      release,
      ...(idempotencyKey === undefined
        ? {}
        : { rollout: rolloutFromKey(idempotencyKey, `${key.environment}/${key.service}`) }),
    });
    const known = releaseOfRollout(shipped.lane, shipped.rollout);
    const asked = release.replace(/^v/, '');
    if (known !== undefined && known.release !== asked && known.releaseVersion !== asked)
      throw new TidegateError(
        'bad-request',
        `This Idempotency-Key was used for release ${known.releaseVersion} before.`,
      );
    return result(c, shipped);
  });

  app.openapi(promote, async (c) => {
    const key = knownLane(engine, c.req.valid('param'));
    const serving = engine.lane(key).stable?.release;
    if (serving !== undefined) requireJudgeKey(engine, key.service, serving, variables);
    return result(c, await engine.promote(key, acting(c, c.req.valid('json')?.reason)));
  });

  app.openapi(rollback, async (c) => {
    const body = c.req.valid('json');
    const key = knownLane(engine, c.req.valid('param'));
    return result(c, await engine.rollback(key, acting(c, body?.reason), body?.to));
  });

  app.openapi(approve, async (c) => {
    const { stage } = c.req.valid('json');
    const key = knownLane(engine, c.req.valid('param'));
    return result(c, await engine.command(key, { type: 'approve', stage }, acting(c, undefined)));
  });

  app.openapi(resume, async (c) => {
    const key = knownLane(engine, c.req.valid('param'));
    return result(c, await engine.command(key, { type: 'resume' }, acting(c, undefined)));
  });

  for (const [route, type] of [
    [pause, 'pause'],
    [advance, 'advance'],
    [abort, 'abort'],
  ] as const) {
    app.openapi(route, async (c) => {
      const by = acting(c, c.req.valid('json')?.reason);
      const key = knownLane(engine, c.req.valid('param'));
      return result(c, await engine.command(key, { type, reason: by.reason ?? null }, by));
    });
  }
};
