import { createRoute, z } from '@hono/zod-openapi';
import { canonicalize } from '../../core/ledger/canonical.ts';
import { contentDigest } from '../../core/release/seal.ts';
import { formatVersion, highestVersion, nextVersion } from '../../core/release/version.ts';
import type { ReleaseRecord } from '../../engine/catalog.ts';
import type { Engine } from '../../engine/engine.ts';
import { TidegateError } from '../../errors.ts';
import { parseManifest } from '../../registry/manifest-schema.ts';
import type { ApiApp } from '../api-app.ts';
import type { ApiPorts } from '../api-ports.ts';
import { knownService } from '../known-lane.ts';
import { missingBlobs } from '../missing-blobs.ts';
import { releaseSummary } from '../release-summary.ts';
import { answers, cutPage, pageOf, pageQuery, serviceParams } from '../route-parts.ts';
import {
  newReleaseSchema,
  nextVersionSchema,
  releaseRecordSchema,
  releaseSummarySchema,
  serviceSummarySchema,
} from '../schemas/release.ts';
import { digestSchema } from '../schemas/scalars.ts';

const listServices = createRoute({
  method: 'get',
  path: '/services',
  operationId: 'listServices',
  summary: 'Services with their newest release',
  request: { query: z.object(pageQuery) },
  responses: answers(pageOf(serviceSummarySchema, 'Services'), 'The services.'),
});

const listReleases = createRoute({
  method: 'get',
  path: '/services/{service}/releases',
  operationId: 'listReleases',
  summary: 'Releases of a service, newest first',
  request: { params: serviceParams, query: z.object(pageQuery) },
  responses: answers(pageOf(releaseSummarySchema, 'Releases'), 'The releases.'),
});

const getRelease = createRoute({
  method: 'get',
  path: '/services/{service}/releases/{release}',
  operationId: 'getRelease',
  summary: 'One release with its manifest and signature',
  request: {
    params: serviceParams.extend({
      release: z.string().min(1).max(200).openapi({ description: 'Version or digest.' }),
    }),
  },
  responses: answers(releaseRecordSchema, 'The release.'),
});

const postRelease = createRoute({
  method: 'post',
  path: '/services/{service}/releases',
  operationId: 'createRelease',
  summary: 'Take a sealed release into the registry',
  description: 'All bytes it names must be here before; see the blobs. Repeating the call changes nothing.',
  request: {
    params: serviceParams,
    body: { content: { 'application/json': { schema: newReleaseSchema } }, required: true },
  },
  responses: answers(releaseRecordSchema, 'The release, or the one that has these contents already.'),
});

const getNextVersion = createRoute({
  method: 'get',
  path: '/services/{service}/next-version',
  operationId: 'getNextVersion',
  summary: 'The version that the next release should have',
  request: {
    params: serviceParams,
    query: z.object({
      step: z.enum(['patch', 'minor', 'major']).default('patch'),
      content: digestSchema
        .optional()
        .openapi({ description: 'Contents that exist keep their version: their digest.' }),
    }),
  },
  responses: answers(nextVersionSchema, 'The version.'),
});

const firstVersion = '1.0.0';

const releasesOf = (engine: Engine, service: string): readonly ReleaseRecord[] =>
  engine.catalog.services.get(service)?.releases ?? [];

export const addReleaseRoutes = (app: ApiApp, { engine, blobs, sign }: ApiPorts): void => {
  app.openapi(listServices, (c) => {
    const all = [...engine.catalog.services.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([service, { releases }]) => {
        const newest = releases.at(-1);
        return {
          service,
          releases: releases.length,
          newest: newest === undefined ? null : releaseSummary(newest),
        };
      });
    return c.json(cutPage(all, c.req.valid('query')), 200);
  });

  app.openapi(listReleases, (c) => {
    const service = knownService(engine, c.req.valid('param').service);
    const all = releasesOf(engine, service).map(releaseSummary).reverse();
    return c.json(cutPage(all, c.req.valid('query')), 200);
  });

  app.openapi(getRelease, (c) => {
    const { service, release } = c.req.valid('param');
    const plain = release.replace(/^v/, '');
    const found = releasesOf(engine, knownService(engine, service)).find(
      (record) => record.release === release || record.manifest.version === plain,
    );
    if (found === undefined)
      throw new TidegateError('not-found', `Service ${service} has no release ${release}.`, {
        todo: `\`tidegate list releases --service ${service}\` shows them.`,
      });
    return c.json(found, 200);
  });

  app.openapi(postRelease, async (c) => {
    const { service } = c.req.valid('param');
    const { manifest: given, isVersionAsked } = c.req.valid('json');
    const manifest = parseManifest(given);
    if (manifest.service !== service)
      throw new TidegateError('bad-request', `The manifest is of ${manifest.service}, not of ${service}.`);
    const content = contentDigest(manifest);
    const same = releasesOf(engine, service).findLast(
      (record) =>
        record.content === content && (!isVersionAsked || record.manifest.version === manifest.version),
    );
    if (same !== undefined) return c.json(same, 200);
    const missing = await missingBlobs(blobs, manifest);
    if (missing.length > 0)
      throw new TidegateError(
        'blob-missing',
        `${missing.length} blobs of ${service} ${manifest.version} are not here, ${missing[0]} for one.`,
        { data: { missing: missing.slice(0, 100) } },
      );
    await blobs.put(canonicalize(manifest));
    const record = await engine.register(manifest, sign?.(manifest) ?? null, c.get('actor'));
    return c.json(record, 200);
  });

  app.openapi(getNextVersion, (c) => {
    const { service } = c.req.valid('param');
    const { step, content } = c.req.valid('query');
    const releases = releasesOf(engine, service);
    const same =
      content === undefined ? undefined : releases.findLast((record) => record.content === content);
    if (same !== undefined) return c.json({ version: same.manifest.version, exists: true }, 200);
    const highest = highestVersion(releases.map(({ manifest }) => manifest.version));
    const version = highest === null ? firstVersion : formatVersion(nextVersion(highest, step));
    return c.json({ version, exists: false }, 200);
  });
};
