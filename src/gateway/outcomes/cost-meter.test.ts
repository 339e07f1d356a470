import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCostMeter } from './cost-meter.ts';

const COST = { pointer: '/usage/total_tokens', most: 100 };

const costOf = async (
  body: string | Buffer,
  { isStream = false, headers = {}, cost = COST, pieces = [] as number[] } = {},
): Promise<number> => {
  const meter = openCostMeter(cost, { status: 200, headers, isStream });
  const bytes = Buffer.from(body);
  let from = 0;
  for (const length of pieces) {
    meter.take(bytes.subarray(from, from + length));
    from = Math.min(from + length, bytes.length);
  }
  meter.take(bytes.subarray(from));
  return meter.end();
};

const events = [
  'data: {"choices":[],"usage":null}',
  '',
  'data: {"usage":{"total_tokens":7}}',
  '',
  'data: {"choices":[{"delta":{"content":"\\"total_tokens\\""}}],"usage":null}',
  '',
  'data: {"usage":{"total_tokens":42}}',
  '',
  'data: {"usage":{"total_tokens":null}}',
  '',
  'data: [DONE]',
  '',
].join('\r\n');

describe('what an answer cost', () => {
  it('stands at the pointer, as a part of the most', async () => {
    expect(await costOf('{"usage":{"total_tokens":25}}')).toBe(0.25);
    expect(await costOf('{"usage":{"total_tokens":0}}')).toBe(0);
    expect(await costOf('{"usage":{"total_tokens":1000}}')).toBe(10);
    expect(await costOf('[3]', { cost: { pointer: '/0', most: 4 } })).toBe(0.75);
    const headers = { 'content-encoding': 'gzip' };
    expect(await costOf(gzipSync('{"usage":{"total_tokens":25}}'), { headers })).toBe(0.25);
  });

  it('is not known when the answer does not say it, is no JSON, or is too long', async () => {
    for (const body of [
      '{}',
      '{"usage":{"total_tokens":"25"}}',
      '{"usage":{"total_tokens":1e999}}',
      'no',
      '',
    ])
      expect(await costOf(body)).toBeNaN();
    expect(
      await costOf('{"usage":{"total_tokens":25}}', { headers: { 'content-encoding': 'odd' } }),
    ).toBeNaN();
    expect(await costOf(`{"usage":{"total_tokens":25},"x":"${'x'.repeat(300_000)}"}`)).toBeNaN();
  });

  it('is in the last event of a stream that says it, however the stream is cut', async () => {
    expect(await costOf(events, { isStream: true })).toBe(0.42);
    const headers = { 'content-encoding': 'gzip' };
    expect(await costOf(gzipSync(events), { isStream: true, headers })).toBe(0.42);
    expect(
      await costOf('{"usage":{"total_tokens":1}}\n{"usage":{"total_tokens":2}}', { isStream: true }),
    ).toBe(0.02);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 })), async (pieces) => {
        expect(await costOf(events, { isStream: true, pieces })).toBe(0.42);
      }),
    );
  });

  it('is found behind any length of stream, and not in an event without end', async () => {
    const long = `data: {"choices":[{"delta":"${'x'.repeat(1_000)}"}]}\n\n`.repeat(2_000);
    expect(await costOf(long + events, { isStream: true })).toBe(0.42);
    const endless = `data: {"x":"${'x'.repeat(300_000)}","usage":{"total_tokens":1}}\n\n`;
    expect(await costOf(endless, { isStream: true })).toBeNaN();
    expect(await costOf(endless + events, { isStream: true })).toBe(0.42);
  });
});
