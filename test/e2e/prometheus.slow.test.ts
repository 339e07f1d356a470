import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPrometheus } from '../../src/adapters/prometheus/testing/find-prometheus.ts';
import {
  type RunningPrometheus,
  startPrometheus,
} from '../../src/adapters/prometheus/testing/start-prometheus.ts';
import { headline } from '../../src/client/sentences.ts';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';

const program = findPrometheus();

describe.skipIf(program === null)('a policy with a metric of a real Prometheus', () => {
  let prometheus: RunningPrometheus;
  let tidegate: Tidegate;
  const tree = (service: string) => ({ service, behaviour: {} });
  const laneOf = (service: string) => ({ environment: 'production', service });
  const show = (service: string, version: string, ...values: number[]) =>
    prometheus.show('refunds_share', values, { service, version });
  /** Release 1.0.0 serves; a first release has nobody to be compared with and no stage to wait in. */
  const serving = async (service: string) => {
    const { rollout } = await tidegate.ship(tree(service), '1.0.0', 'production');
    await tidegate.completed(laneOf(service), rollout);
  };

  beforeAll(async () => {
    prometheus = await startPrometheus(program!);
    tidegate = await openTidegate({
      server: { prometheus: { address: prometheus.address, timeout: '1s' } },
      environments: [
        {
          name: 'production',
          policy: {
            // Nothing but the metric is looked at.
            guards: {
              errors: 'off',
              'client-errors': 'off',
              slow: 'off',
              invalid: 'off',
              feedback: 'off',
              judge: 'off',
              cost: 'off',
              score: 'off',
              disagree: 'off',
            },
            timeout: '6s',
            metrics: [
              {
                name: 'refunds',
                query: `refunds_share{service="\${service}",version=~"\${version}"}`,
                max: 0.05,
                every: '1s',
                for: 2,
              },
            ],
          },
        },
      ],
    });
    await Promise.all(['good', 'bad', 'odd'].map(serving));
  });
  afterAll(async () => {
    await tidegate?.dispose();
    await prometheus?.close();
  });

  it('lets a candidate through while the value is good, and keeps the values in the record', async () => {
    await show('good', '1.1.0', 0.01);
    const { rollout } = await tidegate.ship(tree('good'), '1.1.0', 'production');
    const ended = await tidegate.ended(laneOf('good'), rollout);
    expect(ended).toMatchObject({ outcome: 'completed' });
    expect(
      ended.passed.flatMap(({ gates }) => Object.values(gates)).map(({ evidence }) => evidence),
    ).toContainEqual(
      expect.objectContaining({
        kind: 'evidence',
        metrics: [expect.objectContaining({ metric: 'refunds', passed: true, good: 2 })],
      }),
    );
  });

  it('takes a candidate back whose value is bad', async () => {
    await show('bad', '1.1.0', 0.4);
    const { rollout } = await tidegate.ship(tree('bad'), '1.1.0', 'production');
    const ended = await tidegate.ended(laneOf('bad'), rollout);
    expect(ended).toMatchObject({
      outcome: 'rolled-back',
      cause: {
        kind: 'metric',
        metrics: ['refunds'],
        readings: [{ polls: [{ kind: 'value', value: 0.4 }, { value: 0.4 }] }],
      },
    });
    expect((await tidegate.lane(laneOf('bad'))).stable?.releaseVersion).toBe('1.0.0');
  });

  it('holds a candidate that has no series or several, then asks a person; and when Prometheus is gone', async () => {
    const { rollout } = await tidegate.ship(tree('odd'), '1.1.0', 'production');
    const waits = async (reason: string) => {
      const lane = await tidegate.laneUntil(laneOf('odd'), `it waits: ${reason}`, ({ rollout: one }) =>
        one?.verdict.kind === 'hold'
          ? one.verdict.waitingFor.some((waiting) => waiting.on === 'metric' && waiting.reason === reason)
          : false,
      );
      expect(headline(lane, Date.now())).toContain('waits for a usable answer about metric refunds');
    };
    await waits('no-series');
    await show('odd', '1.1.0', 0.01, 0.01);
    await waits('many-series');
    const paused = await tidegate.laneUntil(
      laneOf('odd'),
      'it pauses',
      ({ rollout: one }) => one?.paused != null,
    );
    expect(paused.rollout).toMatchObject({
      stage: 1,
      paused: { cause: { kind: 'timeout', waitingFor: ['metric'] } },
    });
    await prometheus.kill();
    await tidegate.client.resume(laneOf('odd'));
    await waits('unreachable');
    expect((await tidegate.lane(laneOf('odd'))).rollout?.order.rollout).toBe(rollout);
  });
});
