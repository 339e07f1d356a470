import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Behaviour } from './harness/behaviour.ts';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';
import type { Traffic } from './harness/traffic.ts';
import { until } from './harness/until.ts';

const lane = { environment: 'production', service: 'parrot' };
const good: Behaviour = { answers: 'good' };
const stable = '1.0.0';
/** Longest that a request waits for a release that hangs, as the service's file says. */
const firstByteMs = 800;

describe('a bad candidate under live traffic', () => {
  let tidegate: Tidegate;
  let traffic: Traffic;
  beforeAll(async () => {
    tidegate = await openTidegate();
    const first = await tidegate.ship({ service: 'parrot', behaviour: good }, '1.0.0', 'production');
    await tidegate.completed(lane, first.rollout);
    traffic = tidegate.traffic('production', 'parrot');
  });
  afterAll(async () => {
    await traffic?.stop();
    await tidegate?.dispose();
  });

  /** Ships a candidate and waits for its end; `seen` is what users got meanwhile and for a while after. */
  const meet = async (version: string, behaviour: Behaviour, run: object = {}, afterwardsMs = 500) => {
    const from = traffic.answers.length;
    const tree = { service: 'parrot', behaviour: { answers: version, ...behaviour }, run };
    const { rollout, release } = await tidegate.ship(tree, version, 'production');
    const ended = await tidegate.ended(lane, rollout, 30_000);
    const endedAtMs = Date.now();
    await new Promise((resolve) => setTimeout(resolve, afterwardsMs));
    const seen = traffic.answers.slice(from);
    const after = seen.filter(({ atMs }) => atMs > endedAtMs + 250);
    expect(after.length).toBeGreaterThan(10);
    expect(new Set(after.map((answer) => answer.version))).toEqual(new Set([stable]));
    const view = await tidegate.lane(lane);
    expect(view.stable?.releaseVersion).toBe('1.0.0');
    const counts = view.traffic.find((one) => one.track === 'candidate' && one.release === release);
    return { ended, seen, counts, release, errors: seen.filter(({ status }) => status !== 200) };
  };
  const guardsOf = ({ cause }: { cause: { kind: string } }): readonly string[] =>
    cause.kind === 'guard' ? (cause as unknown as { guards: string[] }).guards : [];

  it('that never gets ready is rejected and never gets a request', async () => {
    const { ended, errors, counts } = await meet(
      '1.1.0',
      { isNeverReady: true },
      { ready: { path: '/health', timeout: '500ms' } },
    );
    expect(ended).toMatchObject({ outcome: 'rejected', cause: { kind: 'workload' } });
    expect(errors).toEqual([]);
    expect(counts).toBeUndefined();
  });

  it('that exits at its start is rejected', async () => {
    const { ended, errors, counts } = await meet('1.1.1', { exitsAtStart: true });
    expect(ended).toMatchObject({ outcome: 'rejected', cause: { kind: 'workload' } });
    expect(errors).toEqual([]);
    expect(counts).toBeUndefined();
  });

  it('that dies while it serves is rolled back; nobody sees an error', async () => {
    const { ended, errors, counts } = await meet('1.2.0', { exitsAfterRequests: 10 });
    expect(ended.outcome).toBe('rolled-back');
    expect(['guard', 'trip-wire', 'workload']).toContain(ended.cause.kind);
    expect(errors).toEqual([]);
    expect(counts?.rescued).toBeGreaterThan(0);
  });

  it('that hangs is rolled back, and stable answers those who waited', async () => {
    const { ended, errors, seen, counts } = await meet('1.3.0', { hangs: true }, {}, firstByteMs + 500);
    expect(ended.outcome).toBe('rolled-back');
    expect(guardsOf(ended)).toContain('slow');
    expect(errors).toEqual([]);
    expect(counts?.rescued).toBeGreaterThan(0);
    expect(counts?.answered).toBe(0);
    const waited = seen.filter(({ isRescued }) => isRescued);
    expect(waited.length).toBe(counts?.rescued);
    for (const answer of waited) expect(answer).toMatchObject({ status: 200, version: stable });
  });

  it('that answers slowly is rolled back by the guard on time, not on errors', async () => {
    const { ended, errors, counts } = await meet('1.4.0', { delayMs: 400 });
    expect(ended.outcome).toBe('rolled-back');
    expect(guardsOf(ended)).toEqual(['slow']);
    expect(errors).toEqual([]);
    expect(counts?.failed).toBe(0);
  });

  it('that fails one request in five is rolled back, and its failures are rescued', async () => {
    const { ended, errors, counts, seen } = await meet('1.5.0', { errorShare: 0.2 });
    expect(ended.outcome).toBe('rolled-back');
    expect(ended.cause.kind === 'trip-wire' || guardsOf(ended).includes('errors')).toBe(true);
    expect(errors).toEqual([]);
    expect(counts?.failed).toBeGreaterThan(0);
    expect(counts?.rescued).toBe(counts?.failed);
    expect(seen.filter(({ isRescued }) => isRescued).length).toBe(counts?.rescued);
  });

  it('that ignores SIGTERM is killed once its grace is over', async () => {
    const { ended, release } = await meet(
      '1.6.0',
      { ignoresSigterm: true, errorShare: 1 },
      { stop: '600ms', replicas: 1 },
    );
    expect(ended.outcome).toBe('rolled-back');
    const gone = await tidegate.laneUntil(
      lane,
      'its replica is gone',
      ({ workloads }) => workloads.every((workload) => workload.release !== release),
      10_000,
    );
    expect(gone.workloads).toHaveLength(1);
    const log = await tidegate.client.log(lane, { release }).catch(() => null);
    if (log !== null) expect(JSON.stringify(log)).toContain('SIGTERM: not now');
  });

  it('that floods its log neither fills the disk nor disturbs anybody', async () => {
    const from = traffic.answers.length;
    const tree = { service: 'parrot', behaviour: { answers: '1.7.0', floodsBytesASecond: 10_000_000 } };
    const { rollout, release } = await tidegate.ship(tree, '1.7.0', 'production');
    const mayBe = logBytesAtMost * 2;
    let most = 0;
    const ended = await until(
      'the rollout of the flooding candidate ends',
      async () => {
        most = Math.max(most, bytesUnder(join(tidegate.stateDir, 'logs', 'workloads'), release.slice(7, 19)));
        return (await tidegate.lane(lane)).ended.find(({ order }) => order.rollout === rollout) ?? null;
      },
      { withinMs: 30_000 },
    );
    expect(['completed', 'rolled-back'], JSON.stringify(ended.cause)).toContain(ended.outcome);
    expect(most).toBeGreaterThan(1_000_000);
    expect(most).toBeLessThan(mayBe);
    expect(traffic.answers.slice(from).filter(({ status }) => status !== 200)).toEqual([]);
  });
});

/** What the logs of one replica may take. */
const logBytesAtMost = 32 * 1024 * 1024;

/** Bytes of all files below a directory whose path names `part`. */
const bytesUnder = (directory: string, part: string): number =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && join(entry.parentPath, entry.name).includes(part))
    .reduce(
      (sum, entry) =>
        sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
