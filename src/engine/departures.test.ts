import { describe, expect, it } from 'vitest';
import { manifestOf } from '../../test/fault/world.ts';
import { openVirtualClock } from '../adapters/memory/virtual-clock.ts';
import { contentDigest, manifestDigest } from '../core/release/seal.ts';
import { emptyCatalog } from './catalog.ts';
import { openDepartures } from './departures.ts';
import { workloadId } from './workload-of.ts';

const key = { service: 'spam', environment: 'production' };
const totalMs = 5_000;

const open = () => {
  const base = manifestOf('1.0.0');
  const manifest = {
    ...base,
    traffic: { ...base.traffic, timeouts: { ...base.traffic.timeouts, totalMs } },
  };
  const release = manifestDigest(manifest);
  const catalog = emptyCatalog();
  catalog.byDigest.set(release, {
    release,
    content: contentDigest(manifest),
    manifest,
    signature: null,
    sealedAtMs: 0,
    sealedBy: 'ann',
  });
  const clock = openVirtualClock();
  const world = { isUnrouted: true, lastAssignedAtMs: 0 };
  const departures = openDepartures({
    catalog,
    clock,
    isUnrouted: () => world.isUnrouted,
    lastAssignedAtMs: () => world.lastAssignedAtMs,
  });
  return { clock, world, departures, release, id: workloadId(key, release) };
};

describe('departures', () => {
  it('keep what a gateway may still send to', async () => {
    const { clock, world, departures, id } = open();
    world.isUnrouted = false;
    await clock.advance(60_000);
    expect(departures.hasLeft(id)).toBe(false);
  });

  it('wait a moment for the last word on a release that never got a request, and no longer', async () => {
    const { clock, departures, id } = open();
    expect(departures.hasLeft(id)).toBe(false);
    await clock.advance(250);
    expect(departures.hasLeft(id)).toBe(true);
  });

  it('wait for the longest answer to the last request that was assigned', async () => {
    const { clock, world, departures, id } = open();
    await clock.advance(100);
    world.lastAssignedAtMs = clock.nowMs();
    expect(departures.hasLeft(id)).toBe(false);
    await clock.advance(totalMs);
    expect(departures.hasLeft(id)).toBe(false);
    await clock.advance(250);
    expect(departures.hasLeft(id)).toBe(true);
  });

  it('count for single replicas from the route change on, since their release goes on', async () => {
    const { clock, world, departures, id, release } = open();
    expect(departures.haveReplicasLeft(id, release)).toBe(false);
    await clock.advance(totalMs + 249);
    world.lastAssignedAtMs = clock.nowMs();
    expect(departures.haveReplicasLeft(id, release)).toBe(false);
    await clock.advance(1);
    expect(departures.haveReplicasLeft(id, release)).toBe(true);
  });

  it('begin anew after the workload was routed again', async () => {
    const { clock, departures, id } = open();
    departures.hasLeft(id);
    await clock.advance(10_000);
    departures.forget(id);
    expect(departures.hasLeft(id)).toBe(false);
  });
});
