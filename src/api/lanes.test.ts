import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LaneView, laneViewSchema } from './schemas/lane-view.ts';
import { openTestApi, type TestApi } from './testing/open-test-api.ts';
import { sealTestRelease } from './testing/seal-test-release.ts';
import { serveDemo, shipDemo, until } from './testing/ship-demo.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi({ approvals: 1 });
});
afterEach(() => api.close());

const production = { service: 'demo', environment: 'production' };
const path = '/lanes/production/demo';

/** A canary that waits for an approval. */
const waitingCanary = async () => {
  await serveDemo(api, '1.0.0', 'staging');
  await shipDemo(api, '1.0.0-rc.1', 'production');
  await until(api, 'production', (lane) => lane.rollout?.stage === 0);
  await api.client.approve(production, 'evaluate');
  await until(api, 'production', (lane) => lane.stable !== null);
  await shipDemo(api, '1.1.0', 'production');
  return until(api, 'production', (lane) => lane.rollout?.stage === 0);
};

describe('a lane', () => {
  it('is described by its schema to the last member', async () => {
    const lane = JSON.parse(JSON.stringify(await waitingCanary())) as LaneView;
    // The ledger keeps a little more about a baseline than is promised.
    const promised = JSON.parse(JSON.stringify(lane), (key, value) => {
      if (key !== 'baseline' || value === null) return value;
      const { release, releaseVersion } = value;
      return { release, releaseVersion };
    });
    expect(laneViewSchema.parse(lane)).toEqual(promised);
    expect(lane.ended).not.toHaveLength(0);
  });

  it('must be known by both names', async () => {
    await serveDemo(api, '1.0.0');
    for (const unknown of ['/lanes/nowhere/demo', '/lanes/staging/nothing'])
      expect((await api.call(unknown)).status).toBe(404);
    expect((await api.call('/lanes/staging/..%2f')).status).toBe(400);
    expect((await api.post('/lanes/staging/nothing/abort', {})).status).toBe(404);
  });

  it('carries its version as ETag; a command that saw another one is refused', async () => {
    const lane = await waitingCanary();
    const etag = (await api.call(path)).headers.get('etag');
    expect(etag).toBe(`"${lane.version}"`);
    const old = await api.post(`${path}/approve`, { stage: 'evaluate' }, { 'if-match': '"1"' });
    expect(old.status).toBe(412);
    expect(await old.json()).toMatchObject({ code: 'conflict' });
    expect((await api.post(`${path}/pause`, {}, { 'if-match': 'W/"3"' })).status).toBe(400);
    const paused = await api.post(`${path}/pause`, {}, { 'if-match': etag! });
    expect(paused.status).toBe(200);
    expect(paused.headers.get('etag')).toBe(`"${lane.version + 1}"`);
  });

  it('lets one of two win who act on the same version', async () => {
    const { version } = await waitingCanary();
    const results = await Promise.allSettled([
      api.client.advance(production, { ifVersion: version }),
      api.client.abort(production, { ifVersion: version }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'conflict' },
    });
  });
});

describe('ship', () => {
  it('with the same Idempotency-Key starts one rollout', async () => {
    await api.client.createRelease('demo', await sealTestRelease(api.blobs, '1.0.0', 'a'), true);
    await api.client.createRelease('demo', await sealTestRelease(api.blobs, '1.1.0', 'b'), true);
    const lane = { service: 'demo', environment: 'staging' };
    const first = await api.client.ship(lane, '1.0.0', { idempotencyKey: 'build-7' });
    await until(api, 'staging', ({ stable }) => stable !== null);
    const again = await api.client.ship(lane, '1.0.0', { idempotencyKey: 'build-7' });
    expect(again.rollout).toBe(first.rollout);
    expect(again.lane.ended).toHaveLength(1);
    await expect(api.client.ship(lane, '1.1.0', { idempotencyKey: 'build-7' })).rejects.toMatchObject({
      code: 'bad-request',
    });
    const other = await api.client.ship(lane, '1.1.0', { idempotencyKey: 'build-8' });
    expect(other.rollout).not.toBe(first.rollout);
  });

  it('of an unknown release is a problem that says what to do', async () => {
    await serveDemo(api, '1.0.0');
    const response = await api.post('/lanes/staging/demo/ship', { release: '9.9.9' });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({
      type: 'urn:tidegate:problem:not-found',
      status: 404,
      title: expect.any(String),
      detail: expect.stringContaining('9.9.9'),
      todo: expect.any(String),
    });
  });

  it('takes no member that it does not know', async () => {
    await serveDemo(api, '1.0.0');
    const response = await api.post('/lanes/staging/demo/ship', { release: '1.0.0', force: true });
    expect(response.status).toBe(400);
  });
});

describe('steering', () => {
  it('pauses, resumes, advances and aborts, and the ledger says who and why', async () => {
    await waitingCanary();
    const { lane: paused } = await api.client.pause(production, { reason: 'lunch' });
    expect(paused.rollout?.paused?.cause).toEqual({ kind: 'person', reason: 'lunch' });
    await api.client.resume(production);
    const { lane: moved } = await api.client.advance(production, { reason: 'in a hurry' });
    expect(moved.rollout?.stage).toBe(1);
    const { lane: aborted } = await api.client.abort(production, { reason: 'enough' });
    expect(aborted).toMatchObject({ rollout: null, ended: [{ outcome: 'aborted' }, {}] });
    const [ended] = await api.client
      .events({ environment: 'production' })
      .then((events) => events.filter(({ type }) => type === 'rollout.ended'));
    expect(ended).toMatchObject({ actor: 'admin (jane)', data: { cause: { reason: 'enough' } } });
  });

  it('without a rollout is not possible now', async () => {
    await serveDemo(api, '1.0.0');
    for (const name of ['pause', 'resume', 'advance', 'abort'] as const)
      await expect(api.client[name]({ service: 'demo', environment: 'staging' })).rejects.toMatchObject({
        code: 'not-now',
      });
  });

  it('approves only the stage that was seen', async () => {
    await waitingCanary();
    await expect(api.client.approve(production, '50 %')).rejects.toMatchObject({ code: 'conflict' });
    await api.client.approve(production, 'evaluate');
    await until(api, 'production', ({ rollout }) => rollout?.stage === 1);
  });

  it('goes back after a promotion, or to a version that is named', async () => {
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) await serveDemo(api, version);
    const staging = { service: 'demo', environment: 'staging' };
    await api.client.rollback(staging, { to: 'v1.0.0' });
    await until(api, 'staging', ({ stable }) => stable?.releaseVersion === '1.0.0');
    await api.client.rollback(staging, { reason: 'slow' });
    await until(api, 'staging', ({ stable }) => stable?.releaseVersion === '1.1.0');
  });

  it('never goes back to what was taken back or what never passed the gates here', async () => {
    for (const version of ['1.0.0', '1.1.0']) await serveDemo(api, version);
    const staging = { service: 'demo', environment: 'staging' };
    await api.client.rollback(staging);
    await until(api, 'staging', ({ stable }) => stable?.releaseVersion === '1.0.0');
    await expect(api.client.rollback(staging, { to: '1.1.0' })).rejects.toMatchObject({
      code: 'no-rollback-target',
    });
    const elsewhere = { service: 'demo', environment: 'production' };
    await expect(api.client.rollback(elsewhere, { to: '1.0.0' })).rejects.toMatchObject({
      code: 'no-rollback-target',
    });
  });

  it('promotes what serves, and only to where there is a next environment', async () => {
    await serveDemo(api, '1.0.0');
    const { lane, rollout } = await api.client.promote({ service: 'demo', environment: 'staging' });
    expect(lane).toMatchObject({ environment: 'production', rollout: { order: { rollout } } });
    await expect(api.client.promote(production)).rejects.toMatchObject({ code: 'not-now' });
  });

  it('takes a name of the caller only as plain text', async () => {
    await serveDemo(api, '1.0.0');
    for (const actor of ['x'.repeat(65), 'jane) (root', 'j\u00f6rg'])
      expect((await api.call('/info', { headers: { 'tidegate-actor': actor } })).status).toBe(400);
  });
});
