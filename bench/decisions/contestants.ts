import { POLICY_DEFAULTS, STRATEGY_DEFAULTS } from '../../src/config/defaults.ts';
import type { Plan } from '../../src/core/rollout/plan.ts';
import { expandPlan } from '../../src/core/rollout/strategy.ts';
import type { Decider } from '../../src/simulator/world/decider.ts';
import { tidegateDecider } from '../../src/simulator/world/tidegate-decider.ts';
import type { TrafficWorld } from '../../src/simulator/world/world.ts';
import { argoExample, argoRollouts } from './rules/argo-rollouts.ts';
import { flagger, flaggerExample } from './rules/flagger.ts';
import { growthbook, growthbookExample } from './rules/growthbook.ts';
import { kayenta, kayentaExample } from './rules/kayenta.ts';

/** A rule with its parameters, ready to conduct one rollout in a world. */
export interface Contestant {
  readonly id: string;
  readonly name: string;
  readonly parameters: string;
  /** Runs of a full comparison; long rollouts get fewer. */
  readonly runs: number;
  readonly decider: (world: TrafficWorld) => Decider;
}

interface Change {
  readonly alphaRollback?: number;
  readonly marginShare?: number;
}

/** The default canary under the default policy, with the two guards the others have as well. */
const planOf = (
  {
    alphaRollback = shareIn(POLICY_DEFAULTS.alpha.rollback),
    marginShare = shareIn(POLICY_DEFAULTS.guards.errors.margin),
  }: Change,
  sticky: boolean,
): Plan => {
  const { hold } = POLICY_DEFAULTS;
  const preset = { minimumMs: null, timeoutMs: null, holdMs: null, holdbackShare: null };
  const result = expandPlan({
    strategy: {
      ...preset,
      type: 'canary',
      steps: STRATEGY_DEFAULTS.canarySteps.map(shareIn),
      mirrorShare: null,
    },
    policy: {
      evaluation: { require: [], inconclusive: 'fail', confidence: 0.95 },
      guards: [
        { name: 'errors', marginShare, boundShare: null },
        { name: 'slow', marginShare, boundShare: null },
      ],
      alpha: { rollback: alphaRollback, advance: shareIn(POLICY_DEFAULTS.alpha.advance) },
      approvals: 0,
      hold: { durationMs: durationIn(hold.duration), holdbackShare: shareIn(hold.holdback) },
      minimumMs: durationIn(POLICY_DEFAULTS.minimum),
      timeoutMs: durationIn(POLICY_DEFAULTS.timeout),
      leaseMs: durationIn(POLICY_DEFAULTS.lease),
      strategies: null,
    },
    policyDigest: 'bench',
    firstRelease: false,
    hasGoldenSet: false,
    replicas: 1,
    traffic: { sticky: sticky ? {} : null },
  });
  if (!result.ok) throw new Error(result.problem);
  return result.plan;
};

const shareIn = (percent: string): number => {
  const number = Number(/^([\d.]+)%$/.exec(percent)?.[1]);
  if (Number.isNaN(number)) throw new Error(`${percent} is not a percentage`);
  return number / 100;
};

const durationIn = (text: string): number => {
  const [, number, unit] = /^(\d+)([smh])$/.exec(text) ?? [];
  if (number === undefined) throw new Error(`${text} is not a duration`);
  return Number(number) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit as 's' | 'm' | 'h'];
};

const isSticky = (world: TrafficWorld): boolean => world.keys?.isSticky === true;
const tidegate = (change: Change) => (world: TrafficWorld) =>
  tidegateDecider(planOf(change, isSticky(world)));
const unitOf = (world: TrafficWorld) => (isSticky(world) ? 'key' : 'request');

export const contestants: readonly Contestant[] = [
  {
    id: 'tidegate',
    name: 'Tidegate',
    parameters: 'defaults: 5, 25, 50, 100 %, alpha 0.1 %, margin 2 points, guards errors and slow',
    runs: 40,
    decider: tidegate({}),
  },
  {
    id: 'tidegate-5',
    name: 'Tidegate, alpha 5 %',
    parameters: 'as above with the risk of GrowthBook’s default',
    runs: 16,
    decider: tidegate({ alphaRollback: 0.05 }),
  },
  {
    id: 'tidegate-1pt',
    name: 'Tidegate, margin 1 point',
    parameters: 'the defaults with half the margin',
    runs: 16,
    decider: tidegate({ marginShare: 0.01 }),
  },
  {
    id: 'argo',
    name: 'Argo Rollouts, example',
    parameters:
      '20, 40, 60, 80 % for 10 min each; from 40 % on every 5 min success >= 95 % by irate; failureLimit 3',
    runs: 25,
    decider: () => argoRollouts(argoExample),
  },
  {
    id: 'argo-fitted',
    name: 'Argo Rollouts, fitted',
    parameters: 'same steps; from the start every minute success >= 97 % over that minute; failureLimit 3',
    runs: 40,
    decider: () =>
      argoRollouts({
        ...argoExample,
        startingStep: 0,
        intervalMs: 60_000,
        windowMs: 60_000,
        successShare: 0.97,
      }),
  },
  {
    id: 'flagger',
    name: 'Flagger, example',
    parameters: '10 points a minute up to 50 %; success >= 99 %, p99 <= 500 ms; threshold 5',
    runs: 100,
    decider: () => flagger(flaggerExample),
  },
  {
    id: 'flagger-fitted',
    name: 'Flagger, fitted',
    parameters: 'same with success >= 97 %',
    runs: 100,
    decider: () => flagger({ ...flaggerExample, minSuccessShare: 0.97 }),
  },
  {
    id: 'kayenta',
    name: 'Kayenta',
    parameters:
      '5 % against a 5 % baseline for 3 h, judged hourly on one value a minute; 98 %, tolerance 0.25; 75 and 95',
    runs: 12,
    decider: () => kayenta(kayentaExample),
  },
  {
    id: 'growthbook',
    name: 'GrowthBook safe rollout',
    parameters:
      '10, 25, 50, 75, 100 % coverage, half treated, 1 h, looked at every minute; alpha 5 %, N* 5000',
    runs: 25,
    decider: (world) => growthbook(growthbookExample, unitOf(world)),
  },
  {
    id: 'growthbook-01',
    name: 'GrowthBook, alpha 0.1 %',
    parameters: 'as above with our default risk',
    runs: 16,
    decider: (world) => growthbook({ ...growthbookExample, alpha: 0.001 }, unitOf(world)),
  },
];
