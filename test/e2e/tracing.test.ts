import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Collector, startCollector } from '../../src/gateway/telemetry/testing/collector.ts';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';
import { until } from './harness/until.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('traces, from tidegate.server.yaml to a collector', () => {
  let tidegate: Tidegate;
  let collector: Collector;
  beforeAll(async () => {
    collector = await startCollector();
    process.env.TIDEGATE_TEST_OTLP = 'from-the-control-plane';
    tidegate = await openTidegate({
      environments: [{ name: 'production', strategy: 'all-at-once' }],
      server: {
        gateway: {
          telemetry: {
            sample: '100%',
            spans: { endpoint: collector.endpoint, headers: { authorization: 'env:TIDEGATE_TEST_OTLP' } },
          },
        },
      },
    });
    const { rollout } = await tidegate.ship({ service: 'traced', behaviour: {} }, '1.0.0', 'production');
    await tidegate.completed({ environment: 'production', service: 'traced' }, rollout);
  });
  afterAll(async () => {
    delete process.env.TIDEGATE_TEST_OTLP;
    await tidegate?.dispose();
    await collector?.close();
  });

  it('the spans arrive with the key, and the invocation names its trace', async () => {
    const answer = await fetch(`${tidegate.gateway('production')}/services/traced/`, {
      headers: { traceparent: `00-${TRACE}-${PARENT}-01` },
    });
    await answer.arrayBuffer();
    const id = answer.headers.get('tidegate-invocation')!;
    await until(
      'two spans of the request are there',
      () => collector.spans.filter(({ traceId }) => traceId === TRACE).length === 2,
    );
    expect(collector.faults).toEqual([]);
    expect(collector.headers.at(-1)!.authorization).toBe('Bearer from-the-control-plane');
    const own = collector.spans.find(({ parentSpanId }) => parentSpanId === PARENT)!;
    expect(own.attributes['tidegate.invocation']).toBe(id);
    await until('the invocation log has it', async () => {
      const trace = await tidegate.client.trace(id).catch(() => null);
      return trace?.invocation?.trace === TRACE && trace.invocation.span === own.spanId;
    });
  });
});
