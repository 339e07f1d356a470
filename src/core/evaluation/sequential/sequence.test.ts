import { describe, expect, it } from 'vitest';
import { drawOrder } from './draw-order.ts';
import { observeCase, startSequence } from './sequence.ts';
import type { SequenceCase, SequenceSpec } from './sequence-spec.ts';
import { exactlyOnes, likelyOnes, playSets } from './testing/play-set.ts';

const CASES = 2000;

const spec = (given: Partial<SequenceSpec> = {}): SequenceSpec => ({
  cases: CASES,
  about: 'population',
  bounds: [{ good: 'at-least', limit: 0.9, range: [0, 1] }],
  mayPass: true,
  wrongPassShare: 0.025,
  wrongFailShare: 0.025,
  greatestWeight: 1,
  mostErrorsShare: 0.01,
  ...given,
});

/** Until it is settled, over these values in this order. */
const play = (given: Partial<SequenceSpec>, values: readonly (number | 'error' | null)[], weight = 1) => {
  const sequence = startSequence(spec(given));
  for (const value of values) {
    const reading = observeCase(sequence, { weight, values: [value] });
    if (reading.answer !== 'continue') return reading;
  }
  throw new Error('not settled');
};

describe('of 2,000 cases, with 2.5 % for each wrong verdict', () => {
  // [limit, what the share of right answers is, at most this part of the calls]. Means of 200 runs; sequence.slow.test.ts prints a table.
  it.each([
    [0.8, 0.85, 0.4],
    [0.8, 0.75, 0.4],
    [0.9, 0.95, 0.25],
    [0.9, 0.85, 0.3],
    [0.95, 1, 0.1],
    [0.95, 0.9, 0.25],
  ])(
    'a bound of %d and a truth of %d, 5 points away, are settled with at most %d of the calls',
    (limit, truth, most) => {
      for (const about of ['population', 'set'] as const) {
        const bounds = [{ good: 'at-least', limit, range: [0, 1] }] as const;
        const makeSet = about === 'set' ? exactlyOnes(truth * CASES, CASES) : likelyOnes(truth, CASES);
        const { askedShare, passed, failed } = playSets(
          spec({ about, bounds }),
          makeSet,
          200,
          `${limit} ${truth}`,
        );
        expect(askedShare).toBeLessThanOrEqual(most);
        expect(truth > limit ? failed : passed).toBeLessThanOrEqual(5);
      }
    },
  );

  it('a set that keeps its bound, or breaks it, by one case is always settled at its end', () => {
    for (const [ones, wrong] of [
      [1800, 'failed'],
      [1799, 'passed'],
    ] as const) {
      const found = playSets(spec({ about: 'set' }), exactlyOnes(ones, CASES), 100, `edge ${ones}`);
      expect(found.inconclusive).toBe(0);
      // Of 100 at 2.5 %, more than 9 come about in 1 of 3,000 series.
      expect(found[wrong]).toBeLessThanOrEqual(9);
    }
  });

  it('a population that stands on its bound is left open rather than guessed at', () => {
    const { inconclusive, passed, failed } = playSets(spec(), likelyOnes(0.9, CASES), 100, 'on the bound');
    expect(inconclusive).toBeGreaterThan(85);
    expect(passed + failed).toBeLessThan(15);
  });
});

describe('a set', () => {
  it('is settled as soon as no order of the rest could change it', () => {
    // 60 ones of 100 keep a bound of 60 %, whatever comes. No bet is needed for that, and none is near at such a level.
    const given = { about: 'set', cases: 100, wrongPassShare: 1e-60, wrongFailShare: 1e-60 } as const;
    const bounds = [{ good: 'at-least', limit: 0.6, range: [0, 1] }] as const;
    expect(play({ ...given, bounds }, new Array<number>(100).fill(1))).toMatchObject({
      answer: 'pass',
      cases: 60,
    });
    expect(play({ ...given, bounds }, new Array<number>(100).fill(0))).toMatchObject({
      answer: 'fail',
      cases: 41,
    });
  });

  it('that has a mean of exactly the bound keeps it', () => {
    const bounds = [{ good: 'at-least', limit: 0.1, range: [0, 1] }] as const;
    const values = Array.from({ length: 10 }, (_, i) => (i === 9 ? 1 : 0));
    expect(play({ about: 'set', cases: 10, bounds }, values).answer).toBe('pass');
    const most = [{ good: 'at-most', limit: 0.1, range: [0, 1] }] as const;
    expect(play({ about: 'set', cases: 10, bounds: most }, values.toReversed()).answer).toBe('pass');
  });
});

describe('what is observed', () => {
  it('counts by weight', () => {
    // Heavy ones, light zeros: two of three by number, and nearly all by weight.
    const run = (light: number) => {
      const bounds = [{ good: 'at-least', limit: 0.9, range: [0, 1] }] as const;
      const makeSet = () =>
        Array.from({ length: 300 }, (_, i) =>
          i % 3 === 0 ? { weight: light, values: [0] } : { weight: 1, values: [1] },
        );
      return playSets(spec({ about: 'set', cases: 300, bounds }), makeSet, 20, `weights ${light}`);
    };
    expect(run(0.1)).toMatchObject({ passed: 20 });
    expect(run(1)).toMatchObject({ failed: 20 });
  });

  it('may be a difference: margins are bounds on it', () => {
    const bounds = [{ good: 'at-least', limit: -0.03, range: [-1, 1] }] as const;
    const makeSet = (lost: number) => () =>
      Array.from({ length: CASES }, (_, i) => ({ weight: 1, values: [i < 60 ? 1 : i < 60 + lost ? -1 : 0] }));
    const same = playSets(spec({ about: 'set', bounds }), makeSet(60), 20, 'same');
    expect(same.passed).toBe(20);
    expect(same.askedShare).toBeLessThan(0.4);
    expect(playSets(spec({ about: 'set', bounds }), makeSet(260), 20, 'worse').failed).toBe(20);
  });

  it('may be undefined for a case, which then says nothing', () => {
    const sequence = startSequence(spec());
    for (let i = 0; i < 100; i += 1) observeCase(sequence, { weight: 1, values: [null] });
    expect(observeCase(sequence, { weight: 1, values: [null] }).bounds[0]).toMatchObject({
      logEKept: 0,
      logEBroken: 0,
    });
  });

  it('is taken at its worst where a case ended in an error: nothing passes by errors, nothing fails by them', () => {
    const errors = new Array<'error'>(CASES).fill('error');
    const { answer, bounds } = play({ mostErrorsShare: 1 }, errors);
    expect(answer).toBe('inconclusive');
    expect(bounds[0]).toMatchObject({ isKept: false, isBroken: false });
    const many = Array.from({ length: CASES }, (_, i): number | 'error' => (i % 50 === 0 ? 'error' : 1));
    expect(play({}, many).answer).toBe('inconclusive');
    expect(play({ mostErrorsShare: 0.05 }, many).answer).toBe('pass');
  });

  it('keeps a pass away by errors of all cases, watched or not, and by those of a single bound', () => {
    const half = { good: 'at-least', limit: 0.5, range: [0, 1] } as const;
    const answerOf = (given: Partial<SequenceSpec>, caseAt: (i: number) => SequenceCase) => {
      const sequence = startSequence(spec({ ...given, cases: 1000 }));
      for (let i = 0; i < 1000; i += 1) {
        const { answer, cases } = observeCase(sequence, caseAt(i));
        if (answer !== 'continue') return { answer, cases };
      }
      throw new Error('not settled');
    };
    // Half of the cases are in no slice that a bound is about.
    const unwatched = (candidateErred: boolean) =>
      answerOf({ bounds: [half] }, (i) =>
        i % 2 === 0
          ? { weight: 1, values: [1], candidateErred: false }
          : { weight: 1, values: ['outside'], candidateErred },
      );
    expect(unwatched(false).answer).toBe('pass');
    expect(unwatched(true)).toEqual({ answer: 'inconclusive', cases: 1000 });
    // One in ten has the second bound, and one in ten of those failed: 1 % of all.
    const slice = answerOf({ bounds: [half, half] }, (i) => {
      const hasFailed = i % 100 === 9;
      const value = hasFailed ? 'error' : i % 10 === 9 ? 1 : 'outside';
      return { weight: 1, values: [hasFailed ? 'error' : 1, value], candidateErred: hasFailed };
    });
    expect(slice).toEqual({ answer: 'inconclusive', cases: 1000 });
    // Failures of the baseline alone count where it is compared with.
    const compared = answerOf({ bounds: [half, half] }, (i) => ({
      weight: 1,
      values: [1, i % 20 === 0 ? 'error' : 1],
      candidateErred: false,
    }));
    expect(compared.answer).toBe('inconclusive');
  });

  it('may lie beyond its range by what rounding adds', () => {
    const bounds = [{ good: 'at-least', limit: 0.05, range: [0, 0.1] }] as const;
    const mean = (0.1 + 0.1 + 0.1) / 3;
    expect(mean).toBeGreaterThan(0.1);
    expect(play({ bounds }, new Array<number>(CASES).fill(mean)).answer).toBe('pass');
  });

  it('must be possible', () => {
    const sequence = startSequence(spec({ cases: 1 }));
    expect(() => observeCase(sequence, { weight: 1, values: [1.1] })).toThrow(RangeError);
    expect(() => observeCase(startSequence(spec()), { weight: 2, values: [1] })).toThrow(RangeError);
    const full = startSequence(spec({ cases: 1 }));
    observeCase(full, { weight: 1, values: [1] });
    expect(() => observeCase(full, { weight: 1, values: [1] })).toThrow(RangeError);
    expect(() => startSequence(spec({ wrongPassShare: 0 }))).toThrow(RangeError);
  });
});

it('with several bounds needs all to pass and one to fail, and holds a fail to a share of the error', () => {
  const bounds = [0.5, 0.6, 0.7, 0.9].map((limit) => ({ good: 'at-least', limit, range: [0, 1] }) as const);
  const sequence = startSequence(spec({ bounds }));
  let reading = observeCase(sequence, { weight: 1, values: [1, 1, 1, 0] });
  while (reading.answer === 'continue') reading = observeCase(sequence, { weight: 1, values: [1, 1, 1, 0] });
  expect(reading.answer).toBe('fail');
  expect(reading.bounds.map(({ isBroken }) => isBroken)).toEqual([false, false, false, true]);
  expect(reading.bounds[3]!.logEBroken).toBeGreaterThanOrEqual(Math.log(4 / 0.025));
});

it('draws each case once, in an order that the seed repeats and another seed does not', () => {
  const order = drawOrder(1000, 7);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect(drawOrder(1000, 7)).toEqual(order);
  expect(drawOrder(1000, 8)).not.toEqual(order);
  // Each place equally often first: of 6 cases and 6,000 seeds 1,000 each, with a standard deviation of 29.
  const first = new Array<number>(6).fill(0);
  for (let seed = 0; seed < 6000; seed += 1) first[drawOrder(6, seed)[0]!]! += 1;
  for (const times of first) expect(Math.abs(times - 1000)).toBeLessThan(120);
});
