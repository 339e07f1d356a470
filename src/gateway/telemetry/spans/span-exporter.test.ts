import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pause, until } from '../../testing/harness.ts';
import { type Collector, startCollector } from '../testing/collector.ts';
import type { Span } from './span.ts';
import { openSpanExporter, type SpanExporter, type SpanExporterSpec } from './span-exporter.ts';

describe('the way of spans to a collector', () => {
  let collector: Collector;
  let exporter: SpanExporter;
  let troubles: string[];
  beforeEach(async () => {
    collector = await startCollector();
    troubles = [];
  });
  afterEach(async () => {
    await exporter.close(100);
    await collector.close();
  });
  const begin = (overrides: Partial<SpanExporterSpec> = {}): void => {
    exporter = openSpanExporter({
      endpoint: collector.endpoint,
      headers: () => ({}),
      resource: { 'service.name': 'test' },
      onTrouble: (what) => troubles.push(what),
      everyMs: 10,
      firstRestMs: 20,
      ...overrides,
    });
  };
  const span = (n: number): Span => ({
    traceId: n.toString(16).padStart(32, 'a'),
    spanId: n.toString(16).padStart(16, 'b'),
    parentId: null,
    flags: 1,
    name: `span ${n}`,
    kind: 'server',
    startMs: 1_700_000_000_000.125,
    endMs: 1_700_000_000_001.5,
    attributes: { text: 'a "b" \n c', count: n, ratio: 0.5, isSo: true, none: undefined },
    hasFailed: n === 1,
  });

  it('brings them whole, with the headers and what the process says of itself', async () => {
    begin({ headers: () => ({ authorization: 'Bearer secret' }) });
    exporter.add([span(1), span(2)]);
    await until(() => collector.spans.length === 2);
    expect(collector.faults).toEqual([]);
    expect(collector.spans[0]).toEqual({
      traceId: span(1).traceId,
      spanId: span(1).spanId,
      parentSpanId: undefined,
      name: 'span 1',
      kind: 2,
      startNano: 1_700_000_000_000_125_000n,
      endNano: 1_700_000_000_001_500_000n,
      attributes: { text: 'a "b" \n c', count: 1, ratio: 0.5, isSo: true },
      status: 2,
    });
    expect(collector.headers[0]!.authorization).toBe('Bearer secret');
    expect(collector.resources[0]).toEqual({ 'service.name': 'test' });
    await until(() => exporter.counts().sent === 2);
    expect(exporter.counts()).toEqual({ sent: 2, dropped: 0, waiting: 0, requestsMissed: 0 });
  });

  it('keeps so many at most and counts the others', async () => {
    collector.answer = 'hang';
    begin({ waitingAtMost: 10 });
    exporter.add(Array.from({ length: 25 }, (_, n) => span(n + 1)));
    expect(exporter.counts()).toMatchObject({ waiting: 10, dropped: 15 });
    expect(exporter.hasRoom()).toBe(false);
    expect(exporter.counts().requestsMissed).toBe(1);
  });

  it('tries again, later and later, when the collector is busy, and says so once', async () => {
    collector.answer = { status: 503 };
    begin();
    exporter.add([span(1)]);
    await until(() => collector.deliveries >= 3);
    expect(troubles).toEqual(['the collector does not take spans']);
    collector.answer = { status: 200 };
    await until(() => exporter.counts().sent === 1);
    expect(collector.spans).toHaveLength(1);
  });

  it('waits as long as the collector asks', async () => {
    collector.answer = { status: 429, headers: { 'retry-after': '1' } };
    begin();
    exporter.add([span(1)]);
    await until(() => collector.deliveries === 1);
    await pause(300);
    expect(collector.deliveries).toBe(1);
  });

  it('lets go what the collector refuses, wholly or in part', async () => {
    collector.answer = { status: 400 };
    begin();
    exporter.add([span(1), span(2)]);
    await until(() => exporter.counts().dropped === 2);
    collector.answer = { status: 200, body: { partialSuccess: { rejectedSpans: '1', errorMessage: 'no' } } };
    exporter.add([span(3), span(4), span(5)]);
    await until(() => exporter.counts().sent === 2);
    expect(exporter.counts()).toMatchObject({ dropped: 3, waiting: 0 });
  });

  it('sends nothing while what its headers refer to cannot be had', async () => {
    let secret: string | null = null;
    begin({ headers: () => (secret === null ? null : { authorization: secret }) });
    exporter.add([span(1)]);
    await until(() => troubles.length === 1);
    expect(collector.deliveries).toBe(0);
    secret = 'Bearer now';
    await until(() => collector.spans.length === 1);
  });

  it('gives up a collector that never answers, and tries again', async () => {
    collector.answer = 'hang';
    begin({ timeoutMs: 50 });
    exporter.add([span(1)]);
    await until(() => collector.deliveries >= 2);
    collector.answer = { status: 200 };
    await until(() => exporter.counts().sent === 1);
  });

  it('brings what waits when the process ends, and ends in time when nobody takes it', async () => {
    begin({ everyMs: 60_000 });
    exporter.add([span(1)]);
    await exporter.close();
    expect(exporter.counts()).toMatchObject({ sent: 1, dropped: 0 });
    collector.answer = 'hang';
    begin({ everyMs: 60_000 });
    exporter.add([span(2)]);
    const sinceMs = performance.now();
    await exporter.close(100);
    expect(performance.now() - sinceMs).toBeLessThan(2_000);
    expect(exporter.counts()).toMatchObject({ sent: 0, dropped: 1, waiting: 0 });
  });
});
