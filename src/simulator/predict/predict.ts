import type { Plan, Stage } from '../../core/rollout/plan.ts';
import { PAIRED_GUARDS } from '../world/simulated-cohort.ts';
import { PREDICTED_GUARDS, UNPREDICTED_GUARDS, WORSE_GUARDS, type Worse } from './assumptions.ts';
import { blindGuards, endless, letThrough, plainWarnings } from './find-warnings.ts';
import type { PredictedStage, Prediction, PredictRequest } from './prediction.ts';
import { HORIZON_MS, type Run, runScenario, type Scenario } from './run-scenario.ts';
import { goodRelease, spreadOf, worseRelease } from './summarize.ts';
import type { Warning } from './warning.ts';

/** How much worse releases are that are tried in the first guard of the plan; in the others one factor has to do. */
const FACTORS: readonly number[] = [2, 5, 20];
const USUAL_FACTOR = 5;

/** Runs scenarios and answers in their order; this file does not know whether in one thread or several. */
export type Runner = (scenarios: readonly Scenario[]) => Promise<readonly (readonly Run[])[]>;

/** Coarse, for what happens inside a slice is put in its middle; prediction-agrees.slow.test.ts compares with finer ones. */
export const SLICES = { sliceShare: 0.2, leastSliceMs: 250, leastSeen: 1, soakSliceShare: 0.2 };
const DEFAULT_RUNS = { good: 60, worse: 40 };
/** Users who stay with their release cost about twice the time, and nobody waits for more than a few seconds. */
const STICKY_RUNS = { good: 40, worse: 24 };
/** After so many runs that all ended alike, more of them would say nothing new. */
const FIRST_RUNS = 20;
/** Runs for a question that is only asked when something is wrong with the plan. */
const EXTRA_RUNS = 20;

/**
 * Predicts a rollout by conducting many simulated ones with the rules that will conduct the real one. Throws a RangeError
 * for a plan that no evidence can be opened for (alpha outside 0 to 1, an unknown or doubled guard) or traffic that cannot be.
 */
export const predict = async (
  {
    plan: whole,
    assumptions,
    seed,
    runs = whole.unit === 'key' ? STICKY_RUNS : DEFAULT_RUNS,
  }: PredictRequest,
  run: Runner = async (scenarios) => scenarios.map((scenario) => runScenario(assumptions, scenario)),
): Promise<Prediction> => {
  requireUsable(whole, assumptions.ratePerSecond.value);
  const plan = { ...whole, guards: whole.guards.filter(({ name }) => PREDICTED_GUARDS.includes(name)) };
  const worse = worseCases(plan);
  const [good = [], ...bad] = await runUntilClear(run, [
    // How long it soaks is known without looking.
    { worse: null, plan, firstSeed: seed, runs: runs.good, ...SLICES, soakSliceShare: 0.4 },
    ...worse.map((one) => ({
      worse: one,
      plan,
      firstSeed: seed + 1_000_000,
      runs: runs.worse,
      ...SLICES,
    })),
  ]);
  const summary = goodRelease(plan, good);
  const releases = worse.map((one, index) => worseRelease(assumptions, one, bad[index] ?? []));
  const stuck = summary.stages.find(({ paused, left }) => paused > left);
  return {
    assumptions,
    seed,
    good: summary,
    worse: releases,
    warnings: [
      ...plainWarnings(whole, assumptions),
      ...blindGuards(plan, good),
      ...endless(plan, good, HORIZON_MS),
      ...(stuck === undefined ? [] : await tooSlow(plan, stuck, seed, run)),
      ...(isJudged(plan) ? letThrough(plan, releases) : []),
    ],
  };
};

/** A first round of each, and the rest of those whose runs did not all come to a time-out or end at the same moment. */
const runUntilClear: (run: Runner, scenarios: readonly Scenario[]) => ReturnType<Runner> = async (
  run,
  scenarios,
) => {
  const firsts = await run(scenarios.map((one) => ({ ...one, runs: Math.min(one.runs, FIRST_RUNS) })));
  const unclear = scenarios.flatMap((one, index) =>
    one.runs > FIRST_RUNS && !endedAlike(firsts[index] ?? []) ? [index] : [],
  );
  const seconds = await run(
    unclear.map((index) => {
      const one = scenarios[index]!;
      return { ...one, firstSeed: one.firstSeed + FIRST_RUNS, runs: one.runs - FIRST_RUNS };
    }),
  );
  return firsts.map((runs, index) => [...runs, ...(seconds[unclear.indexOf(index)] ?? [])]);
};

const endedAlike = (runs: readonly Run[]): boolean =>
  runs.every(({ outcome }) => outcome === 'paused') ||
  runs.every(({ outcome, atMs }) => outcome === runs[0]?.outcome && atMs === runs[0].atMs);

const requireUsable = ({ alpha, stages, guards }: Plan, ratePerSecond: number): void => {
  for (const [name, share] of Object.entries(alpha))
    if (!(share > 0 && share < 0.5))
      throw new RangeError(`alpha.${name} is ${share}, but must lie between 0 and 0.5`);
  if (!(ratePerSecond > 0 && Number.isFinite(ratePerSecond)))
    throw new RangeError(`the rate is ${ratePerSecond} requests a second, but must be above 0`);
  const unknown = guards.find(
    ({ name }) => !PREDICTED_GUARDS.includes(name) && !UNPREDICTED_GUARDS.includes(name),
  );
  if (unknown !== undefined) throw new RangeError(`there is no guard "${unknown.name}"`);
  if (stages.length === 0) throw new RangeError('the plan has no stage');
};

/** A plan that watches nothing has nothing to take a worse release back for. */
const worseCases = (plan: Plan): Worse[] => {
  const isExposed = plan.stages.some(({ exposure }) => exposure.share > 0 || exposure.mirrorShare > 0);
  if (!isExposed || plan.strategy === 'first-release') return [];
  const present = WORSE_GUARDS.filter((guard) => plan.guards.some(({ name }) => name === guard));
  return present.flatMap((guard, index) =>
    (index === 0 ? FACTORS : [USUAL_FACTOR]).map((factor) => ({ guard, factor })),
  );
};

/** Some stage is left on evidence only. */
const isJudged = ({ stages }: Plan): boolean =>
  stages.some(({ gates }) => gates.some(({ type }) => type === 'evidence'));

/** How long the stage at which rollouts stop would need, as it is and if it mirrored instead. */
const tooSlow = async (
  plan: Plan,
  { stage, waitsFor, name }: PredictedStage,
  seed: number,
  run: Runner,
): Promise<Warning[]> => {
  const timeoutMs = plan.stages[stage]?.timeoutMs ?? null;
  if (waitsFor?.on !== 'evidence' || timeoutMs === null) return [];
  const onCopies = guardsOnCopies(plan);
  const patient = alone(plan, stage, ({ exposure, ...rest }) => ({ ...rest, exposure, timeoutMs: null }));
  const mirrored = alone(plan, stage, ({ exposure, ...rest }) => ({
    ...rest,
    exposure: { ...exposure, share: 0, mirrorShare: 1 },
    timeoutMs: null,
  }));
  const [asItIs = [], copies = []] = await run(
    [patient, mirrored].map((one) => ({
      worse: null,
      plan: one,
      firstSeed: seed + 2_000_000,
      runs: EXTRA_RUNS,
      ...SLICES,
    })),
  );
  return [
    {
      code: 'gate-too-slow',
      stage: name,
      guard: waitsFor.guard,
      unit: plan.unit ?? 'request',
      timeoutMs,
      neededMs: medianUntilPromoted(asItIs),
      horizonMs: HORIZON_MS,
      mirroredMs: onCopies.length === 0 ? null : medianUntilPromoted(copies),
      mirroredGuards: onCopies,
    },
  ];
};

/** The guards of a plan that a copy of a request shows something to. */
const guardsOnCopies = ({ guards }: Plan): string[] =>
  guards
    .map(({ name }) => name)
    .filter((name) => name === 'disagree' || PAIRED_GUARDS.some((paired) => paired === name));

/** Only this stage, changed. */
const alone = (plan: Plan, stage: number, change: (stage: Stage) => Stage): Plan => ({
  ...plan,
  stages: plan.stages.slice(stage, stage + 1).map(change),
});

const medianUntilPromoted = (runs: readonly Run[]): number | null => {
  const promoted = runs.filter(({ outcome }) => outcome === 'promoted');
  return promoted.length * 2 <= runs.length
    ? null
    : (spreadOf(promoted.map(({ atMs }) => atMs))?.median ?? null);
};
