import type { GuardPlan } from '../../core/rollout/plan.ts';
import type { StageConfig, StrategyConfig } from '../../core/rollout/strategy-spec.ts';
import type { RandomSource } from './random-source.ts';
import type { EnvironmentSetup, ReleaseSetup, ServiceSetup, Setup } from './scenario.ts';

/** Draws what there is: environments with their policies, services with their releases. Durations are short. */
export const generateSetup = (random: RandomSource): Setup => ({
  environments: environments(random),
  services: Array.from({ length: random.chance(0.65) ? 1 : 2 }, (_, index) => service(random, index)),
});

const environments = (random: RandomSource): EnvironmentSetup[] => {
  const names = random.chance(0.65) ? ['production'] : ['staging', 'production'];
  return names.map((name, index) => ({
    name,
    gateways: random.pick([1, 1, 2, 2, 3]),
    promote: index < names.length - 1 && random.chance(0.65) ? 'automatic' : 'manual',
    strategy: strategy(random),
    policy: policy(random),
  }));
};

const policy = (random: RandomSource): EnvironmentSetup['policy'] => {
  const guards: GuardPlan[] = [];
  if (random.chance(0.92)) guards.push(guard('errors', random));
  if (random.chance(0.3)) guards.push(guard('slow', random));
  if (random.chance(0.15)) guards.push(guard('feedback', random));
  return {
    evaluation: {
      require: random.chance(0.6) ? [{ metric: 'accuracy', min: 0.9 }] : [],
      inconclusive: random.pick(['pass', 'approval', 'approval', 'fail', 'fail', 'fail', 'fail']),
      confidence: 0.95,
    },
    guards,
    alpha: { rollback: random.pick([0.001, 0.02]), advance: random.pick([0.05, 0.3]) },
    approvals: random.pick([0, 0, 0, 0, 0, 1, 2]),
    hold: {
      durationMs: random.pick([0, 500, 2_000]),
      holdbackShare: random.pick([0, 0.05, 0.2]),
    },
    minimumMs: random.pick([0, 0, 400, 1_500]),
    timeoutMs: random.pick([4_000, 15_000, 60_000]),
    leaseMs: random.pick([2_500, 4_000, 8_000]),
    strategies: null,
    whenRunning: random.pick(['supersede', 'supersede', 'queue', 'refuse']),
  };
};

const guard = (name: GuardPlan['name'], random: RandomSource): GuardPlan => ({
  name,
  marginShare: random.pick([0.15, 0.3]),
  boundShare: random.chance(0.3) ? 0.3 : null,
});

export const strategy = (random: RandomSource): StrategyConfig => {
  const hold = { holdMs: random.chance(0.5) ? null : random.pick([0, 800]), holdbackShare: null };
  const preset = { ...hold, minimumMs: random.chance(0.6) ? null : 300, timeoutMs: null };
  switch (
    random.pick([
      'canary',
      'canary',
      'canary',
      'shadow',
      'blue-green',
      'rolling',
      'all-at-once',
      'stages',
      'stages',
    ])
  ) {
    case 'canary':
      return {
        type: 'canary',
        steps: random.pick([[0.5, 1], [0.2, 0.5, 1], [0.1, 1], [1]]),
        mirrorShare: random.chance(0.25) ? 0.5 : null,
        ...preset,
      };
    case 'shadow':
      return { type: 'shadow', mirrorShare: random.pick([0.5, 1]), ...preset };
    case 'blue-green':
      return { type: 'blue-green', smoke: random.chance(0.7) ? smoke : null, ...preset };
    case 'rolling':
      return { type: 'rolling', batch: 1, ...preset };
    case 'all-at-once':
      return { type: 'all-at-once', ...preset };
    default:
      return { type: 'stages', stages: stages(random), ...hold };
  }
};

const smoke = { command: 'smoke', timeoutMs: 1_000 };

const stages = (random: RandomSource): StageConfig[] => {
  const list: StageConfig[] = [];
  const add = (share: number, mirrorShare: number, gates: StageConfig['gates']): void => {
    list.push({
      name: null,
      share,
      mirrorShare,
      gates,
      minimumMs: random.chance(0.5) ? null : 200,
      timeoutMs: random.chance(0.7) ? null : 3_000,
    });
  };
  if (random.chance(0.6)) add(0, 0, [{ type: 'command', ...smoke }]);
  if (random.chance(0.2)) add(0, 0.5, []);
  if (random.chance(0.6)) add(0.3, 0, random.chance(0.4) ? [{ type: 'approval', approvals: 1 }] : []);
  if (random.chance(0.5)) add(0.6, 0, random.chance(0.4) ? [{ type: 'soak', durationMs: 600 }] : []);
  add(1, 0, []);
  return list;
};

const service = (random: RandomSource, index: number): ServiceSetup => {
  const sticky = random.chance(0.3);
  return {
    name: ['spam', 'chat'][index]!,
    replicas: random.pick([1, 2, 2, 3]),
    sticky,
    // A gateway looks at the part of single requests only where there are many.
    requestRate: sticky && random.chance(0.4) ? 120 : random.pick([8, 20, 50]),
    releases: ['1.0.0', '1.1.0', '1.2.0', '1.3.0'].map((version, number) =>
      release(random, version, number === 0),
    ),
  };
};

const release = (random: RandomSource, version: string, isFirst: boolean): ReleaseSetup => {
  const isGood = isFirst || random.chance(0.6);
  return {
    version,
    badShare: isGood || random.chance(0.3) ? random.pick([0, 0, 0.02]) : random.pick([0.3, 0.9, 1]),
    slowShare: isGood || random.chance(0.8) ? 0 : 0.5,
    evaluation: isGood || random.chance(0.7) ? 'pass' : random.pick(['fail', 'fail', 'inconclusive']),
    commandExitCode: isGood || random.chance(0.65) ? 0 : 1,
    ready: isGood
      ? random.pick(['soon', 'soon', 'soon', 'late'])
      : random.pick(['soon', 'soon', 'soon', 'never']),
  };
};
