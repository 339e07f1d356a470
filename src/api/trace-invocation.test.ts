import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LaneView } from '../engine/views.ts';
import { newBoot, openInvocationIds } from '../gateway/invocation-id.ts';
import type { FeedbackRecord, InvocationRecord } from '../gateway/invocation-log/line.ts';
import { openTestApi, type TestApi } from './testing/open-test-api.ts';
import { serveDemo, shipDemo, until } from './testing/ship-demo.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi();
});
afterEach(() => api.close());

const shortOf = (digest: string): string => digest.slice('sha256:'.length, 'sha256:'.length + 12);

/** Writes what a gateway would have written about a request that came under the present routes. */
const logInvocation = async (
  lane: LaneView,
  track: 'stable' | 'candidate',
  extra: Partial<InvocationRecord> = {},
  feedback: readonly Partial<FeedbackRecord>[] = [],
): Promise<string> => {
  const boot = newBoot('production');
  const id = openInvocationIds(boot).next(Date.now(), 1);
  const served = track === 'stable' ? lane.stable! : lane.rollout!.order;
  const { seq } = await api.ledger.head();
  const record: InvocationRecord = {
    kind: 'invocation',
    id,
    at: new Date().toISOString(),
    service: 'demo',
    track,
    release: served.release,
    version: served.releaseVersion,
    rollout: lane.rollout?.order.rollout ?? null,
    stage: lane.rollout?.stage ?? null,
    generation: `1.${seq}.0`,
    share: lane.rollout === null ? 0 : 0.05,
    status: 200,
    ms: 3.2,
    ending: 'complete',
    rescued: false,
    mirrored: false,
    key: null,
    sticky: null,
    ...extra,
  };
  const lines = [
    record,
    ...feedback.map((one) => ({
      kind: 'feedback',
      invocation: id,
      at: new Date().toISOString(),
      late: false,
      key: null,
      ...one,
    })),
  ];
  await mkdir(join(api.logDir, 'production'), { recursive: true });
  await writeFile(
    join(api.logDir, 'production', `production-${boot}-1.jsonl`),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
  return id;
};

it('names the stable release, the rollout that brought it and what came before and after', async () => {
  await serveDemo(api, '1.0.0', 'production');
  const first = await serveDemoThroughCanary('1.1.0');
  const id = await logInvocation(first, 'stable', {}, [{ outcome: 'bad', label: 'spam' }]);
  expect(await api.client.trace(id)).toMatchObject({
    environment: 'production',
    release: { version: '1.1.0' },
    rollout: { order: { releaseVersion: '1.1.0' }, actor: 'admin (jane)', outcome: 'completed' },
    stable: { releaseVersion: '1.1.0' },
    neighbours: { before: { releaseVersion: '1.0.0' }, after: null },
    feedback: [{ outcome: 'bad', label: 'spam' }],
  });
  await serveDemoThroughCanary('1.2.0');
  expect(await api.client.trace(id)).toMatchObject({
    release: { version: '1.1.0' },
    stable: { releaseVersion: '1.1.0' },
    neighbours: { before: { releaseVersion: '1.0.0' }, after: { releaseVersion: '1.2.0' } },
  });
});

it('tells of a candidate what it had shown by then, not what became of it', async () => {
  await serveDemo(api, '1.0.0', 'production');
  await shipDemo(api, '1.1.0', 'production');
  await until(api, 'production', ({ rollout }) => rollout?.stage === 1);
  const lane = api.engine.lane({ service: 'demo', environment: 'production' });
  const id = await logInvocation(lane, 'candidate');
  await api.client.advance({ service: 'demo', environment: 'production' });
  await api.client.rollback({ service: 'demo', environment: 'production' }, { reason: 'no' });
  const trace = await api.client.trace(id);
  expect(trace).toMatchObject({
    release: { version: '1.1.0' },
    rollout: { outcome: 'rolled-back', passed: [{ stage: 0 }] },
    stable: { releaseVersion: '1.0.0' },
    neighbours: { before: { releaseVersion: '1.0.0' } },
  });
  expect(trace.rollout?.passed).toHaveLength(1);
});

it('names stable as the one that answered a rescued request', async () => {
  await serveDemo(api, '1.0.0', 'production');
  await shipDemo(api, '1.1.0', 'production');
  const lane = await until(api, 'production', ({ rollout }) => rollout?.stage === 1);
  const answeredBy = `1.0.0@${shortOf(lane.stable!.release)}`;
  const id = await logInvocation(lane, 'candidate', { rescued: true, answeredBy });
  expect(await api.client.trace(id)).toMatchObject({
    invocation: { rescued: true, version: '1.1.0' },
    release: { version: '1.0.0' },
    rollout: { order: { releaseVersion: '1.0.0' } },
  });
});

it('does not say that the release answered when another service did', async () => {
  await serveDemo(api, '1.0.0', 'production');
  const lane = await until(api, 'production', ({ stable }) => stable !== null);
  const extra = {
    fallback: 'backup',
    answeredBy: '3.0.0@0123456789ab',
    retried: true,
    tokensOut: 7,
  } as const;
  const id = await logInvocation(lane, 'stable', extra);
  expect(await api.client.trace(id)).toMatchObject({ invocation: extra, release: null });
});

it('knows nothing of an id that nobody gave out', async () => {
  await expect(api.client.trace('01k0000000000000')).rejects.toMatchObject({ code: 'not-found' });
});

/** Without traffic no evidence comes, so a person moves it on. */
async function serveDemoThroughCanary(version: string): Promise<LaneView> {
  const key = { service: 'demo', environment: 'production' };
  await shipDemo(api, version, 'production');
  await until(api, 'production', ({ rollout }) => rollout?.stage === 1);
  while (api.engine.lane(key).rollout !== null) await api.client.advance(key, { reason: 'test' });
  return api.engine.lane(key);
}
