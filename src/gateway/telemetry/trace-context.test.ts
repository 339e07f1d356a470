import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newSpanId, newTrace, traceIn, traceParent } from './trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const read = (traceparent: string, tracestate?: string) =>
  traceIn({ traceparent, ...(tracestate !== undefined && { tracestate }) });

describe('the trace context of a request', () => {
  it('is read as it stands', () => {
    expect(read(`00-${TRACE}-${PARENT}-01`)).toEqual({
      traceId: TRACE,
      parentId: PARENT,
      flags: 1,
      keepsState: true,
    });
    expect(read(`00-${TRACE}-${PARENT}-00`)?.flags).toBe(0);
  });

  it('keeps of the flags those that are known', () => {
    expect(read(`00-${TRACE}-${PARENT}-ff`)?.flags).toBe(3);
    expect(read(`cc-${TRACE}-${PARENT}-ff`)?.flags).toBe(1);
  });

  it('is read from later versions as far as it is known, and goes out as the first one', () => {
    const trace = read(`cc-${TRACE}-${PARENT}-01-what-comes-later`);
    expect(trace?.traceId).toBe(TRACE);
    expect(traceParent(trace!, 'b7ad6b7169203331')).toBe(`00-${TRACE}-b7ad6b7169203331-01`);
  });

  it.each([
    `ff-${TRACE}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    `cc-${TRACE}-${PARENT}-01.more`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${TRACE.slice(1)}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-1`,
    `00-${TRACE}-${PARENT}`,
    ` 00-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`,
    '',
    'nonsense',
  ])('is none when it says %s', (traceparent) => expect(read(traceparent)).toBeNull());

  it.each([
    ['congo=t61rcWkgMzE', true],
    ['rojo=00f067aa0ba902b7,congo=t61rcWkgMzE', true],
    ['rojo=1 ,\tcongo=2', true],
    ['fw529a3039@dt=FfAAAA;b', true],
    ['a=1,,b=2', true],
    ['', true],
    [Array.from({ length: 32 }, (_, n) => `k${n}=v`).join(), true],
    [Array.from({ length: 33 }, (_, n) => `k${n}=v`).join(), false],
    ['Rojo=1', false],
    ['rojo', false],
    ['rojo=', false],
    ['rojo=a=b', false],
    [`k=${'v'.repeat(256)}`, true],
    [`k=${'v'.repeat(257)}`, false],
  ])('keeps the state %j: %s', (state, isKept) =>
    expect(read(`00-${TRACE}-${PARENT}-01`, state)?.keepsState).toBe(isKept),
  );

  it('is never misread, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 80 }),
        fc.string({ maxLength: 600 }),
        (parent, state) => {
          const trace = read(parent, state);
          if (trace !== null)
            expect(traceParent(trace, PARENT)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]$/);
        },
      ),
    );
  });

  it('begins here with ids of its own, sampled as often as asked for', () => {
    const traces = Array.from({ length: 2_000 }, (_, n) => newTrace(0.25, n / 2_000));
    expect(new Set(traces.map(({ traceId }) => traceId)).size).toBe(2_000);
    expect(traces.filter(({ flags }) => (flags & 1) === 1)).toHaveLength(500);
    for (const trace of traces)
      expect(traceIn({ traceparent: traceParent(trace, newSpanId()) })).not.toBeNull();
  });
});
