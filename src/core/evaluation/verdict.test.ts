import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CaseOutcome } from './case-outcome.ts';
import type { RequirementSpec } from './requirement.ts';
import type { VerdictInput } from './verdict.ts';
import { reachVerdict } from './verdict.ts';

/** `right` cases right, then `wrong`, then `errors`; half of the labels each. */
const seen = (right: number, wrong = 0, errors = 0, latencyMs = 5): CaseOutcome[] =>
  Array.from({ length: right + wrong + errors }, (_, i) => {
    const expected = i % 2 === 0 ? 'spam' : 'ham';
    const other = expected === 'spam' ? 'ham' : 'spam';
    const answered = i < right ? expected : i < right + wrong ? other : null;
    return { expected, answered, latencyMs: answered === null ? 1000 : latencyMs, weight: 1 };
  });

const verdictOf = (
  requirements: readonly RequirementSpec[],
  candidate: readonly CaseOutcome[],
  stable: readonly CaseOutcome[] | null = null,
  more: Partial<VerdictInput> = {},
) =>
  reachVerdict({
    requirements,
    candidate,
    stable,
    positive: 'spam',
    confidence: 0.95,
    ceilingMs: 1000,
    seed: 1,
    ...more,
  });

describe('one requirement', () => {
  const atLeast95: RequirementSpec = { metric: 'accuracy', min: 0.95 };

  it('passes, fails, or stays open as its interval lies', () => {
    expect(verdictOf([atLeast95], seen(396, 4)).verdict).toBe('pass');
    expect(verdictOf([atLeast95], seen(340, 60)).verdict).toBe('fail');
    expect(verdictOf([atLeast95], seen(384, 16)).verdict).toBe('inconclusive');
  });

  it('needs about 97.3 % seen of 400 cases to prove 95 %', () => {
    expect(verdictOf([atLeast95], seen(388, 12)).verdict).toBe('inconclusive');
    expect(verdictOf([atLeast95], seen(389, 11)).verdict).toBe('pass');
  });

  it('says how many more cases would settle it, and is right about that', () => {
    const { requirements } = verdictOf([atLeast95], seen(192, 8));
    const more = requirements[0]!.moreCases!;
    expect(more).toBeGreaterThan(0);
    const enough = 200 + more;
    const right = Math.round(0.96 * enough);
    expect(verdictOf([atLeast95], seen(right, enough - right)).verdict).toBe('pass');
    const few = 200 + Math.round(more * 0.8);
    const fewRight = Math.round(0.96 * few);
    expect(verdictOf([atLeast95], seen(fewRight, few - fewRight)).verdict).toBe('inconclusive');
    expect(requirements[0]!.detail).toContain(`about ${more} more cases would settle it`);
  });

  it('counts the cases to come, without those that are there', () => {
    // All of n right prove 95 % once 0.025^(1/n) reaches it: from n = 72 on.
    expect(verdictOf([atLeast95], seen(20)).requirements[0]?.moreCases).toBe(52);
    expect(verdictOf([atLeast95], seen(71)).verdict).toBe('inconclusive');
    expect(verdictOf([atLeast95], seen(72)).verdict).toBe('pass');
  });

  it('promises nothing where the estimate stands on the bound', () => {
    const [found] = verdictOf([atLeast95], seen(380, 20)).requirements;
    expect(found).toMatchObject({ verdict: 'inconclusive', moreCases: null });
    expect(found!.detail).toContain('too close to the bound');
  });

  it('on a latency or an error rate is met from below', () => {
    const slow: RequirementSpec = { metric: 'latency_p99_ms', max: 100 };
    expect(verdictOf([slow], seen(400)).verdict).toBe('pass');
    expect(verdictOf([slow], seen(400, 0, 0, 150)).verdict).toBe('fail');
    expect(verdictOf([slow], seen(100)).verdict).toBe('inconclusive');
    expect(verdictOf([{ metric: 'error_rate', max: 0.02 }], seen(400)).verdict).toBe('pass');
    expect(verdictOf([{ metric: 'error_rate', max: 0 }], seen(400)).verdict).toBe('inconclusive');
  });

  it.each([
    [{ metric: 'accuracy' }],
    [{ metric: 'accuracy', min: 0.9, max: 1 }],
    [{ metric: 'accuracy', min: Number.NaN }],
    [{ metric: 'accuracy', notWorseBy: -0.1 }],
  ] as [RequirementSpec][])('%o is refused', (requirement) => {
    expect(() => verdictOf([requirement], seen(10))).toThrow(RangeError);
  });
});

describe('compared with stable', () => {
  const notWorse: RequirementSpec = { metric: 'accuracy', notWorseBy: 0.02 };

  it('passes when equal, fails when clearly worse, passes when better', () => {
    expect(verdictOf([notWorse], seen(390, 10), seen(390, 10)).verdict).toBe('pass');
    expect(verdictOf([notWorse], seen(340, 60), seen(390, 10)).verdict).toBe('fail');
    expect(verdictOf([notWorse], seen(395, 5), seen(340, 60)).verdict).toBe('pass');
  });

  it('stays open when the cases are too few for the margin', () => {
    expect(verdictOf([notWorse], seen(39, 1), seen(39, 1)).requirements[0]).toMatchObject({
      verdict: 'inconclusive',
      estimate: 0,
    });
  });

  it.each(['precision', 'recall', 'f1', 'latency_p50_ms', 'error_rate'] as const)(
    '%s knows which way is worse',
    (metric) => {
      const margin = metric === 'latency_p50_ms' ? 10 : 0.05;
      const good = seen(395, 5, 0, 20);
      const bad = seen(200, 120, 80, 200);
      const requirement = { metric, notWorseBy: margin };
      expect(verdictOf([requirement], bad, good).requirements[0]?.verdict).toBe('fail');
      expect(verdictOf([requirement], good, good).requirements[0]?.verdict).toBe('pass');
    },
  );

  it('is not applicable without stable, and says so', () => {
    const found = verdictOf([notWorse, { metric: 'accuracy', min: 0.9 }], seen(390, 10));
    expect(found.requirements[0]).toMatchObject({ verdict: 'not-applicable', estimate: null });
    expect(found.requirements[0]!.detail).toContain('no stable release');
    expect(found.verdict).toBe('pass');
  });

  it('a stable release that answers nothing proves nothing', () => {
    const found = verdictOf([notWorse], seen(400), seen(0, 0, 400));
    expect(found.verdict).toBe('inconclusive');
    expect(found.notes.join()).toContain('stable did not answer 400 of 400 cases');
  });

  it('wants the same cases', () => {
    expect(() => verdictOf([notWorse], seen(5), seen(6))).toThrow(RangeError);
  });
});

describe('the whole', () => {
  it('one failure outweighs what is open, what is open outweighs passes', () => {
    const pass: RequirementSpec = { metric: 'accuracy', min: 0.5 };
    const open: RequirementSpec = { metric: 'accuracy', min: 0.9 };
    const fail: RequirementSpec = { metric: 'accuracy', min: 0.99 };
    const outcomes = seen(90, 10);
    expect(verdictOf([pass, open, fail], outcomes).verdict).toBe('fail');
    expect(verdictOf([pass, open], outcomes).verdict).toBe('inconclusive');
    expect(verdictOf([pass], outcomes).verdict).toBe('pass');
  });

  it('nothing measured never passes, not even the bound that anything meets', () => {
    const anything: RequirementSpec[] = [
      { metric: 'accuracy', min: 0 },
      { metric: 'latency_p99_ms', max: 1e9 },
    ];
    expect(verdictOf(anything, []).verdict).toBe('inconclusive');
    expect(verdictOf([], []).verdict).toBe('inconclusive');
    const never = seen(400).map((outcome) => ({ ...outcome, expected: 'ham', answered: 'ham' }));
    expect(verdictOf([{ metric: 'precision', min: 0 }], never).verdict).toBe('inconclusive');
  });

  it('more than 1 % of errors never passes, 1 % may', () => {
    const low: RequirementSpec[] = [{ metric: 'accuracy', min: 0.5 }];
    expect(verdictOf(low, seen(396, 0, 4)).verdict).toBe('pass');
    const found = verdictOf(low, seen(395, 0, 5));
    expect(found).toMatchObject({ verdict: 'inconclusive', errors: 5, cases: 400 });
    expect(found.notes.join()).toContain('5 of 400 cases ended in an error');
  });

  it('is the same for the same seed, and every number in it can be stored as JSON', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.nat(30), fc.nat(5), fc.integer(), (right, wrong, errors, seed) => {
        const requirements: RequirementSpec[] = [
          { metric: 'f1', notWorseBy: 0.1 },
          { metric: 'latency_p95_ms', max: 10 },
        ];
        const once = (): unknown =>
          verdictOf(requirements, seen(right, wrong, errors), seen(right + wrong + errors), { seed });
        const found = once();
        expect(JSON.parse(JSON.stringify(found))).toEqual(found);
        expect(once()).toEqual(found);
      }),
      { numRuns: 25, seed: 5 },
    );
  });
});
