import type { LaneTraffic, LaneView } from '../client/client.ts';
import type { TrafficSpec } from '../core/release/manifest.ts';
import type { Plan } from '../core/rollout/plan.ts';
import { withGoodMetrics } from '../core/rollout/with-good-metrics.ts';
import { TidegateError } from '../errors.ts';
import type { Assumptions } from '../simulator/predict/assumptions.ts';
import { assume } from '../simulator/predict/default-assumptions.ts';
import { predict } from '../simulator/predict/predict.ts';
import type { Prediction } from '../simulator/predict/prediction.ts';
import { recordedFigures, recordedRatesByHour } from '../simulator/predict/recorded-figures.ts';
import { openThreads } from '../simulator/predict/run-in-threads.ts';
import type { CommandOptions } from './command.ts';

/** The traffic of an audience. The last stage, which is for everybody, is foreseen with it too: it will have more. */
const onlyPart = (all: Assumptions, part: number): Assumptions => ({
  ...all,
  ratePerSecond: { ...all.ratePerSecond, value: all.ratePerSecond.value * part },
  ratesByHour: all.ratesByHour?.map((rate) => rate * part) ?? null,
  users: all.users && { ...all.users, value: Math.max(1, Math.round(all.users.value * part)) },
});

/**
 * Predicts under the traffic that the options give, else the lane has recorded, else nobody knows.
 * @throws `bad-request` for a plan or traffic that cannot be simulated
 */
export const predictRollout = async (
  options: CommandOptions,
  plan: Plan,
  traffic: TrafficSpec,
  recorded: { readonly lane: LaneView; readonly traffic: LaneTraffic } | null,
): Promise<Prediction> => {
  const given = (name: string): number | undefined => {
    const value = options[name];
    return typeof value === 'number' ? value : undefined;
  };
  const everybody = assume(
    {
      ratePerSecond: given('rate'),
      errors: given('errors'),
      clientErrors: given('clientErrors'),
      slow: given('slow'),
      feedback: given('badFeedback'),
      disagree: given('disagree'),
      medianMs: given('latency'),
      slowMs: traffic.slowMs ?? undefined,
      users: given('keys'),
    },
    recorded === null ? {} : recordedFigures(recorded.lane, recorded.traffic, traffic.slowMs),
    {
      feedbackWithinMs: traffic.feedbackWithinMs,
      isSticky: traffic.sticky !== null,
      ratesByHour: recorded && recordedRatesByHour(recorded.traffic),
    },
  );
  const part = plan.stages.some(({ exposure }) => exposure.audience) ? (given('audience') ?? 1) : 1;
  if (part === 0)
    throw new TidegateError('bad-request', 'Nothing can be foreseen for an audience of nobody.');
  const assumptions = part === 1 ? everybody : onlyPart(everybody, part);
  const runs = given('runs');
  if (runs === 0 || assumptions.users?.value === 0)
    throw new TidegateError('bad-request', 'At least one run and one key are needed.');
  const threads = openThreads(assumptions);
  try {
    return await predict(
      {
        plan: withGoodMetrics(plan),
        assumptions,
        seed: given('seed') ?? 1,
        ...(runs !== undefined && { runs: { good: runs, worse: runs } }),
      },
      threads.run,
    );
  } catch (error) {
    if (error instanceof RangeError)
      throw new TidegateError('bad-request', `This cannot be predicted: ${error.message}.`, { cause: error });
    throw error;
  } finally {
    await threads.close();
  }
};
