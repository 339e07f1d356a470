import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveDemo } from '../../api/testing/ship-demo.ts';
import type { TrafficCounts } from '../../core/routing/link.ts';
import { encodeHistory } from '../../core/traffic/stored-history.ts';
import { emptyTrafficHistory, foldTraffic, HOUR_MS } from '../../core/traffic/traffic-history.ts';
import { type CliProject, openCliProject } from '../testing/open-cli-project.ts';

let cli: CliProject;
beforeEach(async () => {
  cli = await openCliProject();
});
afterEach(() => cli.close());

const lane = { environment: 'production', service: 'demo' };

const plan = async (...more: string[]) =>
  (await cli.run(['plan', '--env', 'production', '--runs', '2', ...more], { columns: 400 })).out;

const assumptions = async (...more: string[]) =>
  (
    JSON.parse(await plan('-o', 'json', ...more)) as {
      prediction: { assumptions: { ratePerSecond: object; ratesByHour: number[] | null; errors: object } };
    }[]
  )[0]!.prediction.assumptions;

const counts = (release: string, answered: number, failed: number): TrafficCounts => ({
  service: 'demo',
  release,
  releaseVersion: '1.0.0',
  track: 'stable',
  answered,
  failed,
  rescued: 0,
  clientErrors: 0,
  feedbackGood: 0,
  feedbackBad: 0,
  mirrorDropped: 0,
  latency: { count: answered, p50Ms: 40, p95Ms: 90, p99Ms: 120 },
  lastAssignedAtMs: 0,
});

describe('tidegate plan for a service that has only ever served its stable release', () => {
  it('predicts with the rate that was recorded, once ten minutes were', async () => {
    // Ten past the next hour, so that no hour ends in the quarter of an hour that follows.
    cli.api.passTime(HOUR_MS - (Date.now() % HOUR_MS) + 10 * 60_000);
    await serveDemo(cli.api, '1.0.0', 'production');
    const { release } = cli.api.engine.lane(lane).stable!;
    const hear = (seq: number, answered: number, failed: number) =>
      cli.api.gateways.deliverFrame('boot-production', {
        type: 'frame',
        seq,
        atMs: 0,
        cohorts: [],
        traffic: [counts(release, answered, failed)],
      });
    hear(1, 10, 0);
    cli.api.passTime(5 * 60_000);
    hear(2, 910, 9);
    expect(await assumptions()).toMatchObject({ ratePerSecond: { value: 10, from: 'default' } });
    cli.api.passTime(10 * 60_000);
    hear(3, 2_710, 27);
    const { ratePerSecond, ratesByHour } = await assumptions();
    expect(ratePerSecond).toMatchObject({ from: 'recorded', value: expect.closeTo(3, 0) as number });
    expect(ratesByHour).toBeNull();
    expect(await plan()).toMatch(
      // The server's own clock ran on while the test did: a few seconds of 15 minutes on a busy machine.
      /traffic {2}recorded over 15 min: (3(\.0\d)?|2\.9\d?) requests a second; recorded errors 1 %/,
    );
    expect(await assumptions('--rate', '7')).toMatchObject({ ratePerSecond: { value: 7, from: 'given' } });

    const traffic = await cli.api.client.traffic(lane);
    expect(traffic).toMatchObject({ ...lane, latency: { release, p50Ms: 40 } });
    expect(traffic.hours.reduce((sum, { requests }) => sum + requests, 0)).toBe(2_710);
    await expect(cli.api.client.traffic({ ...lane, service: 'other' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('predicts with the shape of its days, from the hour in which it is asked', async () => {
    // Half past the next hour, so that no hour ends while it is asked.
    const startMs = Date.now();
    const aheadMs = 1.5 * HOUR_MS - (startMs % HOUR_MS);
    const nowHour = Math.floor((startMs + aheadMs) / HOUR_MS);
    /** Requests a second in an hour of the day. */
    const rate = (hour: number): number => 1 + (hour % 24);
    let answered = 0;
    let history = emptyTrafficHistory;
    for (let hour = nowHour - 49; hour < nowHour; hour += 1) {
      const heardAtMs = hour * HOUR_MS;
      const origin = { boot: 'before', heardAtMs, atMs: heardAtMs + HOUR_MS };
      answered += 3_600 * rate(hour);
      history = foldTraffic(history, origin, [counts('sha256:before', answered, 0)]);
    }
    await cli.start({ traffic: [{ ...lane, history: encodeHistory(history) }] });
    cli.api.passTime(aheadMs);
    await serveDemo(cli.api, '1.0.0', 'production');
    const { ratesByHour, errors } = await assumptions();
    const expected = Array.from({ length: 24 }, (_, n) => rate(nowHour + n));
    expect(ratesByHour).toEqual(expected.map((one) => expect.closeTo(one, 6) as number));
    // This release has not answered anything yet.
    expect(errors).toMatchObject({ from: 'default' });
    expect(await plan()).toMatch(
      /recorded over 2 d 1 h: \d\d(\.\d)? requests a second \(by the hour of the day 1 to 24 a second\)/,
    );
    expect(await assumptions('--rate', '7')).toMatchObject({ ratesByHour: null });
  });
});
