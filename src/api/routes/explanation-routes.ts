import { createRoute, z } from '@hono/zod-openapi';
import type { ApiApp } from '../api-app.ts';
import type { ApiPorts } from '../api-ports.ts';
import { knownLane } from '../known-lane.ts';
import { answers, laneParams, pageQuery } from '../route-parts.ts';
import { evidenceMarkSchema, evidencePageSchema, explanationSchema } from '../schemas/explanation.ts';
import { digestSchema } from '../schemas/scalars.ts';

const rolloutParams = laneParams.extend({ rollout: z.string().min(1).max(200) });
const rolloutPath = '/lanes/{environment}/{service}/rollouts/{rollout}';

const explainRollout = createRoute({
  method: 'get',
  path: `${rolloutPath}/explanation`,
  operationId: 'explainRollout',
  summary: 'Why a rollout is where it is, with everything it was and is decided on',
  request: { params: rolloutParams },
  responses: answers(explanationSchema, 'The explanation.'),
});

const listEvidence = createRoute({
  method: 'get',
  path: `${rolloutPath}/evidence`,
  operationId: 'listEvidence',
  summary: 'The lines from which the verdicts of a rollout can be computed anew, in order',
  request: { params: rolloutParams, query: z.object(pageQuery) },
  responses: answers(evidencePageSchema, 'The lines.'),
});

const getEvidenceMark = createRoute({
  method: 'get',
  path: `${rolloutPath}/evidence/marks/{digest}`,
  operationId: 'getEvidenceMark',
  summary: 'What a verdict was reached on, by the digest that the ledger names',
  request: { params: rolloutParams.extend({ digest: digestSchema }) },
  responses: answers(evidenceMarkSchema, 'The mark.'),
});

export const addExplanationRoutes = (app: ApiApp, { engine }: ApiPorts): void => {
  app.openapi(explainRollout, async (c) => {
    const { rollout, ...lane } = c.req.valid('param');
    return c.json(await engine.explaining.explain(knownLane(engine, lane), rollout), 200);
  });
  app.openapi(listEvidence, async (c) => {
    const { rollout, ...lane } = c.req.valid('param');
    const { limit, cursor } = c.req.valid('query');
    const from = cursor === undefined ? 0 : Number(cursor);
    const { spec, lines } = await engine.explaining.lines(knownLane(engine, lane), rollout, from, limit);
    const next = lines.length === limit ? String(from + limit) : null;
    return c.json({ spec, items: [...lines], next }, 200);
  });
  app.openapi(getEvidenceMark, async (c) => {
    const { rollout, digest, ...lane } = c.req.valid('param');
    return c.json(await engine.explaining.mark(knownLane(engine, lane), rollout, digest), 200);
  });
};
