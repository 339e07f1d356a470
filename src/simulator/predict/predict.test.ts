import { describe, expect, it } from 'vitest';
import type { GuardPlan, Plan } from '../../core/rollout/plan.ts';
import type { Policy } from '../../core/rollout/policy.ts';
import type { StrategyConfig } from '../../core/rollout/strategy-spec.ts';
import { canary, plainPolicy, planFor } from '../../core/rollout/testing/lane.ts';
import type { Assumptions } from './assumptions.ts';
import { assume, type Figures } from './default-assumptions.ts';
import { predict } from './predict.ts';
import type { Prediction } from './prediction.ts';
import { openThreads } from './run-in-threads.ts';

const errorsOnly: GuardPlan[] = [{ name: 'errors', marginShare: 0.02, boundShare: null }];
const policy: Policy = {
  ...plainPolicy,
  evaluation: { ...plainPolicy.evaluation, require: [] },
  guards: errorsOnly,
};

const planOf = (change: Partial<Policy> = {}, strategy: StrategyConfig = canary([0.05, 1])): Plan =>
  planFor({ policy: { ...policy, ...change }, strategy });

const traffic = (given: Figures = {}, change: Partial<Assumptions> = {}): Assumptions => ({
  ...assume(
    { ratePerSecond: 40, ...given },
    {},
    { feedbackWithinMs: 4_000, isSticky: false, ratesByHour: null },
  ),
  ...change,
});

const predicted = (
  plan: Plan,
  assumptions = traffic(),
  runs = { good: 10, worse: 10 },
): Promise<Prediction> => predict({ plan, assumptions, seed: 1, runs });

const codes = ({ warnings }: Prediction): string[] => warnings.map(({ code }) => code);

describe('a prediction', () => {
  it('is the same for the same seed, in one thread or in several', async () => {
    const assumptions = traffic();
    const request = { plan: planOf(), assumptions, seed: 7, runs: { good: 12, worse: 12 } };
    const threads = openThreads(assumptions, 2);
    try {
      const alone = await predict(request);
      expect(await predict(request, threads.run)).toEqual(alone);
      expect(await predict({ ...request, seed: 8 })).not.toEqual(alone);
    } finally {
      await threads.close();
    }
  });

  it('agrees with the limit of Wald: at 5 % a release at 10 % instead of 1 % gets about 70 requests', async () => {
    const { worse } = await predicted(planOf(), traffic({ errors: 0.02 }), { good: 1, worse: 150 });
    const five = worse.find(({ factor }) => factor === 5)!;
    expect(five).toMatchObject({ stableShare: 0.02, candidateShare: 0.1 });
    // log(1/alpha) / KL(0.1, 0.02) = 6.9 / 0.083 = 83 is the least that any test needs on average.
    expect(five.rolledBack.happened).toBe(150);
    expect(five.back!.candidateRequests.median).toBeGreaterThan(50);
    expect(five.back!.candidateRequests.median).toBeLessThan(150);
  });

  it('never says that something is impossible because it did not happen', async () => {
    const { good } = await predicted(planOf());
    expect(good.rolledBack.happened).toBe(0);
    expect(good.rolledBack.high).toBeGreaterThan(0.1);
    expect(good.rolledBackAtMost).toBe(0.001);
  });

  it('names the stage that takes longest, and the times of all add up to the whole', async () => {
    const plan = planOf({ hold: { durationMs: 7_200_000, holdbackShare: 0.01 } });
    const { good } = await predicted(plan);
    expect(good.bottleneck).toEqual({ stage: 2, waitsFor: { on: 'soak', guard: null } });
    expect(good.course.at(-1)?.atMs).toBeGreaterThan(7_200_000);
    expect(good.course.map(({ share }) => share)).toEqual([0.05, 0.99, 1]);
    expect(good.durationMs!.median).toBeGreaterThanOrEqual(7_200_000);
    expect(good.durationMs!.p90).toBeGreaterThanOrEqual(good.durationMs!.median);
  });

  it('counts users where they are sticky', async () => {
    const assumptions = assume(
      { ratePerSecond: 40, users: 5_000 },
      {},
      { feedbackWithinMs: 4_000, isSticky: true, ratesByHour: null },
    );
    const { worse } = await predicted({ ...planOf(), unit: 'key' }, assumptions);
    const back = worse.find(({ factor }) => factor === 20)!.back!;
    expect(back.users!.median).toBeGreaterThan(0);
    expect(back.users!.median).toBeLessThanOrEqual(back.candidateRequests.median);
  });
});

describe('warnings', () => {
  it('a plan without a fault has none', async () => {
    // Of the default margin a release twice as bad as one in a hundred gets through about every second time.
    const guards = [{ ...errorsOnly[0]!, marginShare: 0.01 }];
    expect(codes(await predicted(planOf({ guards })))).toEqual([]);
  });

  it('a margin so wide that a worse release gets through', async () => {
    const guards = [{ ...errorsOnly[0]!, marginShare: 0.05 }];
    expect((await predicted(planOf({ guards }))).warnings).toContainEqual(
      expect.objectContaining({ code: 'margin-lets-through', guard: 'errors', factor: 2, marginShare: 0.05 }),
    );
  });

  it('a minimum time above the time-out', async () => {
    const prediction = await predicted(planOf({ minimumMs: 700_000 }));
    expect(prediction.warnings).toContainEqual({
      code: 'minimum-above-timeout',
      stage: '5 %',
      minimumMs: 700_000,
      timeoutMs: 600_000,
    });
    expect(prediction.good.paused.happened).toBe(10);
  });

  it('a gate that takes days at this traffic, and what mirroring would change', async () => {
    const prediction = await predicted(planOf(), traffic({ ratePerSecond: 3 / 3_600 }));
    const warning = prediction.warnings.find(({ code }) => code === 'gate-too-slow');
    expect(warning).toMatchObject({ stage: '5 %', guard: 'errors', timeoutMs: 600_000 });
    if (warning?.code !== 'gate-too-slow') throw new Error('not warned');
    const days = (ms: number | null) => (ms ?? Infinity) / 86_400_000;
    expect(days(warning.mirroredMs)).toBeGreaterThan(1);
    expect(days(warning.mirroredMs)).toBeLessThan(days(warning.neededMs) / 4);
  });

  it('everything at once, with nothing to watch it', async () => {
    const strategy = {
      type: 'all-at-once',
      minimumMs: null,
      timeoutMs: null,
      holdMs: null,
      holdbackShare: null,
    } as const;
    expect(codes(await predicted(planOf({}, strategy)))).toContain('unwatched-stage');
  });

  it('a hold without anything to compare with or a bound', async () => {
    const strategy = {
      type: 'blue-green',
      smoke: null,
      minimumMs: null,
      timeoutMs: null,
      holdMs: null,
      holdbackShare: null,
    } as const;
    expect((await predicted(planOf({}, strategy))).warnings).toContainEqual({
      code: 'blind-guard',
      guard: 'errors',
      stage: 'hold',
      because: 'nothing-to-compare',
    });
    const bounded = [{ ...errorsOnly[0]!, boundShare: 0.05 }];
    expect(codes(await predicted(planOf({ guards: bounded }, strategy)))).not.toContain('blind-guard');
  });

  it('a stage whose evidence none of the guards can see', async () => {
    const guards: GuardPlan[] = [{ name: 'feedback', marginShare: 0.02, boundShare: null }];
    const { warnings } = await predicted(planOf({ guards }, canary([0.5, 1], 1)));
    expect(warnings).toContainEqual({ code: 'unseen-gate', stage: 'shadow' });
    expect(codes(await predicted(planOf({ guards }, canary([0.5, 1]))))).not.toContain('unseen-gate');
  });

  it('answers that nobody compares, and feedback that nobody gives', async () => {
    const guards: GuardPlan[] = [
      ...errorsOnly,
      { name: 'disagree', marginShare: 0, boundShare: 0.1 },
      { name: 'feedback', marginShare: 0.02, boundShare: null },
    ];
    const silent = traffic({}, { feedback: { value: 0, from: 'recorded' } });
    const { warnings } = await predicted(planOf({ guards }), silent);
    expect(warnings).toContainEqual({
      code: 'blind-guard',
      guard: 'disagree',
      stage: null,
      because: 'no-mirroring',
    });
    expect(warnings).toContainEqual({
      code: 'blind-guard',
      guard: 'feedback',
      stage: null,
      because: 'no-feedback',
    });
  });

  it('no guards, and guards it knows no traffic for', async () => {
    expect(codes(await predicted(planOf({ guards: [] })))).toContain('no-guards');
    const judge: GuardPlan = { name: 'judge', marginShare: 0.05, boundShare: null };
    expect((await predicted({ ...planOf(), guards: [...errorsOnly, judge] })).warnings).toContainEqual({
      code: 'not-predicted',
      guard: 'judge',
    });
  });
});

describe('what cannot be predicted is refused', () => {
  it.each([0, 0.5, -1, 2, Number.NaN])('alpha %d', async (rollback) => {
    await expect(predicted(planOf({ alpha: { rollback, advance: 0.05 } }))).rejects.toThrow(/alpha/);
    await expect(predicted(planOf({ alpha: { rollback: 0.001, advance: rollback } }))).rejects.toThrow(
      /alpha/,
    );
  });

  it.each([0, -1, Number.NaN, Infinity])('%d requests a second', async (ratePerSecond) => {
    await expect(predicted(planOf(), traffic({ ratePerSecond }))).rejects.toThrow(/rate/);
  });

  it('a plan without stages', async () => {
    await expect(predicted({ ...planOf(), stages: [] })).rejects.toThrow(/stage/);
  });

  it('a guard that does not exist', async () => {
    // As a file that no schema has checked might bring it.
    const guards = [{ name: 'luck', marginShare: 0.1, boundShare: null }] as unknown as GuardPlan[];
    await expect(predicted(planOf({ guards }))).rejects.toThrow(/luck/);
  });
});
