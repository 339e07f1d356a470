import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, pause, startHarness, until } from '../testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';

const INFER = '/v2/models/spam/infer';

describe('the trip wire', () => {
  let harness: Harness;
  let stable: TestUpstream;
  beforeEach(async () => {
    harness = await startHarness();
    stable = await startUpstream('from stable');
  });
  afterEach(async () => {
    await harness.remove();
    await stable.close();
  });
  const expose = (seq: number, addresses: string[], overrides: Parameters<typeof candidateAt>[1] = {}) =>
    harness.push(
      tableWith(seq, [
        serviceWith({ stable: stableAt(stable.address), candidate: candidateAt(addresses, overrides) }),
      ]),
    );

  it('stops a candidate that takes no connections, tells so, and says it again until a newer table comes', async () => {
    const one = await startUpstream('one');
    const two = await startUpstream('two');
    await expose(1, [one.address, two.address], { share: 1 });
    expect((await harness.ask(INFER)).status).toBe(200);
    await one.close();
    // One address of two: the other one answers, nothing trips.
    for (let n = 0; n < 10; n += 1) expect((await harness.ask(INFER)).body).toBe('two');
    expect(harness.trips).toEqual([]);
    await two.close();
    for (let n = 0; n < 5; n += 1) expect((await harness.ask(INFER)).body).toBe('from stable');
    await until(() => harness.trips.length > 0);
    expect(harness.trips).toHaveLength(1);
    expect(harness.trips[0]).toMatchObject({ service: 'spam', rollout: 'rollout-1', cause: 'unreachable' });
    const after = await harness.ask(INFER);
    expect([after.body, after.headers['tidegate-rescued']]).toEqual(['from stable', undefined]);

    const back = await startUpstream('back', one.port);
    await harness.push(tableWith(1, []));
    expect((await harness.ask(INFER)).body).toBe('from stable');
    await expose(2, [back.address], { share: 1 });
    expect((await harness.ask(INFER)).body).toBe('back');
    await back.close();
  });

  it('repeats in its hello what it stopped', async () => {
    const gone = await startUpstream('gone');
    await gone.close();
    await expose(1, [gone.address], { share: 1 });
    for (let n = 0; n < 3; n += 1) await harness.ask(INFER);
    await until(() => harness.trips.length === 1);
    const seen = harness.hellos.length;
    await harness.link.close();
    const { openLinkGateways } = await import('../../adapters/gateways/link-gateways.ts');
    const again = await openLinkGateways({ socketPath: harness.link.socketPath });
    const hellos: { tripped: readonly string[] }[] = [];
    again.listen({ connected: (hello) => hellos.push(hello) });
    await until(() => hellos.length > 0);
    expect(hellos[0]!.tripped).toEqual(['rollout-1']);
    expect(seen).toBeGreaterThan(0);
    await again.close();
  });

  it('stops a candidate on its own evidence', async () => {
    const failing = await startUpstream((_, res) => res.writeHead(500).end());
    await expose(1, [failing.address], { share: 0.3, tripWireAlpha: 0.0001 });
    let asked = 0;
    while (harness.trips.length === 0 && asked < 400) {
      expect((await harness.ask(INFER)).status).toBe(200);
      asked += 1;
    }
    expect(harness.trips[0]).toMatchObject({ cause: 'evidence', rollout: 'rollout-1' });
    expect(failing.requests).toBeLessThan(40);
    const reached = failing.requests;
    await pause(60);
    for (let n = 0; n < 50; n += 1) await harness.ask(INFER);
    expect(failing.requests).toBe(reached);
    await until(() => harness.cohorts().some(({ candidateShare }) => candidateShare === 0));
    await failing.close();
  });

  it('leaves a flaky candidate that still answers to the evidence', async () => {
    let n = 0;
    const flaky = await startUpstream((req, res) => {
      n += 1;
      if (n % 5 !== 0) req.socket.destroy();
      else res.end('flaky');
    });
    await expose(1, [flaky.address], { share: 1 });
    for (let at = 0; at < 60; at += 1) expect((await harness.ask(INFER)).status).toBe(200);
    expect(harness.trips).toEqual([]);
    expect(flaky.requests).toBe(60);
    await flaky.close();
  });
});
