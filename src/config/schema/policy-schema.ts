import { z } from 'zod';
import type { GuardPlan } from '../../core/rollout/plan.ts';
import { POLICY_DEFAULTS } from '../defaults.ts';
import type { PolicyConfig } from '../policy-config.ts';
import { duration } from './duration.ts';
import { metricsSchema } from './metric-schema.ts';
import { requirementSchema } from './requirement-schema.ts';
import { choice, count } from './scalar.ts';
import { percent, probability } from './share.ts';
import { STRATEGIES } from './strategy-schema.ts';

const off = () => choice(['off']);

/** A guard that compares with stable; a bound of its own serves where there is no stable traffic to compare with. */
const comparing = (fallback: { readonly margin: string }, what: string) =>
  z
    .union([
      off(),
      z.strictObject({
        margin: probability()
          .prefault(fallback.margin)
          .describe('How much worse than stable still lets a stage advance, in points.'),
        bound: probability()
          .optional()
          .describe(
            'Highest acceptable share of bad outcomes where stable has too little traffic to compare with.',
          ),
      }),
    ])
    .prefault({})
    .describe(`${what} off switches it off.`);

/** A guard on a mean; there is no share of bad outcomes that a bound could be about. */
const comparingMeans = (fallback: { readonly margin: string }, what: string) =>
  z
    .union([
      off(),
      z.strictObject({
        margin: probability()
          .prefault(fallback.margin)
          .describe('How much worse than stable still lets a stage advance, as a part of the scale.'),
      }),
    ])
    .prefault({})
    .describe(`${what} off switches it off.`);

const guards = z.strictObject({
  errors: comparing(
    POLICY_DEFAULTS.guards.errors,
    'Connection errors, time-outs, 5xx answers, broken streams.',
  ),
  'client-errors': comparing(
    POLICY_DEFAULTS.guards['client-errors'],
    'Answers 4xx other than 401, 403 and 429: a changed input schema shows here.',
  ),
  slow: comparing(POLICY_DEFAULTS.guards.slow, 'Answers slower than the service’s `slow`.'),
  invalid: comparing(
    POLICY_DEFAULTS.guards.invalid,
    'Answers that fail the service’s `checks`, where it has any.',
  ),
  feedback: comparing(POLICY_DEFAULTS.guards.feedback, 'Answers that the application reported as bad.'),
  judge: comparing(
    POLICY_DEFAULTS.guards.judge,
    'Answers that the service’s `judge` scores below its bar, where it has one.',
  ),
  cost: comparingMeans(POLICY_DEFAULTS.guards.cost, 'Mean cost of an answer, where the service has `cost`.'),
  score: comparingMeans(
    POLICY_DEFAULTS.guards.score,
    'Mean score in feedback, where the service has `score`.',
  ),
  disagree: z
    .union([
      off(),
      z.strictObject({
        bound: probability()
          .prefault(POLICY_DEFAULTS.guards.disagree.bound)
          .describe('Highest acceptable share of mirrored answers that differ from stable’s.'),
      }),
    ])
    .prefault({})
    .describe('Mirrored answers that differ from stable’s. off switches it off.'),
});

const evaluation = z.strictObject({
  require: z
    .array(requirementSchema)
    .max(50, 'at most 50 requirements')
    .prefault([...POLICY_DEFAULTS.evaluation.require])
    .describe(
      'What a release must show on its golden set before any traffic. With at least one line, a release without a golden set is refused.',
    ),
  inconclusive: choice(['fail', 'pass', 'approval'])
    .prefault(POLICY_DEFAULTS.evaluation.inconclusive)
    .describe(
      'What counts when an evaluation cannot tell (an interval contains its bound, a budget is spent); approval waits for a person.',
    ),
  confidence: probability()
    .prefault(POLICY_DEFAULTS.evaluation.confidence)
    .describe('Confidence of the intervals.'),
  load: choice(['refuse', 'skip', 'allow'])
    .prefault(POLICY_DEFAULTS.evaluation.load)
    .describe(
      'A release whose evaluation file has a load stage is refused; or evaluated without it, with nothing required of it; or its replicas are put under load before they get traffic.',
    ),
});

/** The policy file of an environment. */
export const policySchema = z
  .strictObject({
    evaluation: evaluation.prefault({}).describe('The evaluation gate.'),
    guards: guards
      .prefault({})
      .describe(
        'What must stay true while the candidate is exposed. Guards that are not named keep their defaults.',
      ),
    metrics: metricsSchema,
    alpha: z
      .strictObject({
        rollback: probability({ below: 0.5 })
          .prefault(POLICY_DEFAULTS.alpha.rollback)
          .describe('Greatest probability that a good release is rolled back, for a whole rollout.'),
        advance: probability({ below: 0.5 })
          .prefault(POLICY_DEFAULTS.alpha.advance)
          .describe('Greatest probability that a release worse by the margin gets past a stage.'),
      })
      .prefault({})
      .describe('How often the statistics may be wrong.'),
    approvals: count(0, 20)
      .prefault(POLICY_DEFAULTS.approvals)
      .describe('People who must approve before the release gets any user’s request.'),
    whenRunning: choice(['supersede', 'queue', 'refuse'])
      .prefault(POLICY_DEFAULTS.whenRunning)
      .describe('What happens to a release shipped while a rollout of the same service runs.'),
    hold: z
      .strictObject({
        duration: duration()
          .prefault(POLICY_DEFAULTS.hold.duration)
          .describe('How long the old release stays warm after the last step; 0s switches it off.'),
        holdback: percent({ most: 0.49 })
          .prefault(POLICY_DEFAULTS.hold.holdback)
          .describe(
            'Share of the traffic the old release still answers meanwhile, so that the guards can compare.',
          ),
      })
      .prefault({})
      .describe('After the last step, where the strategy does not say otherwise.'),
    minimum: duration()
      .prefault(POLICY_DEFAULTS.minimum)
      .describe('Shortest time in a stage that both releases get traffic in.'),
    timeout: duration({ zero: false })
      .prefault(POLICY_DEFAULTS.timeout)
      .describe(
        'Longest time in a stage; then the rollout pauses and asks for a person. It never advances on time.',
      ),
    lease: duration({ zero: false })
      .prefault(POLICY_DEFAULTS.lease)
      .describe(
        'A gateway that hears nothing from the control plane for so long gives the candidate nothing more.',
      ),
    strategies: z
      .array(choice(STRATEGIES))
      .min(1, 'at least one strategy must be allowed')
      .optional()
      .describe('Strategies allowed here. Default: any.'),
  })
  .transform(
    (given): PolicyConfig => ({
      evaluation: given.evaluation,
      guards: guardPlans(given.guards),
      metrics: given.metrics,
      alpha: given.alpha,
      approvals: given.approvals,
      whenRunning: given.whenRunning,
      hold: { durationMs: given.hold.duration, holdbackShare: given.hold.holdback },
      minimumMs: given.minimum,
      timeoutMs: given.timeout,
      leaseMs: given.lease,
      strategies: given.strategies ?? null,
    }),
  );

const guardPlans = ({ disagree, ...others }: z.output<typeof guards>): GuardPlan[] => {
  const plans: GuardPlan[] = [];
  for (const name of ['errors', 'client-errors', 'slow', 'invalid', 'feedback', 'judge'] as const) {
    const guard = others[name];
    if (guard !== 'off') plans.push({ name, marginShare: guard.margin, boundShare: guard.bound ?? null });
  }
  for (const name of ['cost', 'score'] as const) {
    const guard = others[name];
    if (guard !== 'off') plans.push({ name, marginShare: guard.margin, boundShare: null });
  }
  // Whether two answers agree is not compared with stable, so there is no margin to it.
  if (disagree !== 'off') plans.push({ name: 'disagree', marginShare: 0, boundShare: disagree.bound });
  return plans;
};
