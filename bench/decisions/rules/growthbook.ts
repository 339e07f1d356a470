import type { Decider } from '../../../src/simulator/world/decider.ts';
import type { SimulatedRequest } from '../../../src/simulator/world/traffic-event.ts';
import { lowerLimitOfDifference, type SideSummary } from './confidence-sequence.ts';

/** A safe rollout with automatic rollback. Sources in ../README.md. */
export interface SafeRollout {
  readonly alpha: number;
  /** N*: the number of units at which the sequence is tightest. */
  readonly tuning: number;
  readonly durationMs: number;
  /** Parts of the traffic in the experiment, each for an equal part of the first quarter; half of it is treated. */
  readonly coverage: readonly number[];
  /** Between two updates of the results. */
  readonly updateMs: number;
}

/** The documented ramp, alpha and tuning. Durations are documented in days; an hour with an update a minute is kinder. */
export const growthbookExample: SafeRollout = {
  alpha: 0.05,
  tuning: 5_000,
  durationMs: 3_600_000,
  coverage: [0.1, 0.25, 0.5, 0.75, 1],
  updateMs: 60_000,
};

const GUARDRAILS = ['isFailed', 'isSlow'] as const;

/**
 * Rolls back when the lower limit of a guardrail's difference is above zero; whoever survives the duration is shipped. `unit` is what
 * was drawn: each request, or each key, whose requests then make one ratio metric.
 */
export const growthbook = (rollout: SafeRollout, unit: 'request' | 'key'): Decider => {
  const { alpha, tuning, durationMs, coverage, updateMs } = rollout;
  const sides = { control: openSide(unit), treatment: openSide(unit) };
  const rampMs = durationMs / 4;
  let step = 0;
  let nextMs = updateMs;
  return {
    share: () => coverage[step]! / 2,
    observe({ kind, request }) {
      if (kind !== 'ended') return;
      // Of stable's requests only as many as the candidate's share take part.
      if (request.track === 'candidate') sides.treatment.count(request);
      else if (request.track === 'stable' && isControl(request)) sides.control.count(request);
    },
    look(atMs) {
      if (atMs >= nextMs) {
        nextMs += updateMs;
        const isHarmed = GUARDRAILS.some((guardrail) => {
          const limit = lowerLimitOfDifference(
            sides.control.summary(guardrail),
            sides.treatment.summary(guardrail),
            alpha,
            tuning,
          );
          return limit !== null && limit > 0;
        });
        if (isHarmed) return 'rollback';
      }
      if (atMs >= durationMs) return 'complete';
      const due = Math.min(coverage.length - 1, Math.floor((atMs / rampMs) * (coverage.length - 1)));
      if (due <= step) return 'hold';
      step = due;
      return 'advance';
    },
  };
};

/** The other half of the experiment, evenly among the requests that the candidate did not get. */
const isControl = ({ number, candidateShare }: SimulatedRequest): boolean => {
  const mixed = Math.imul(number ^ (number >>> 15), 0x2c1b3c6d);
  return ((mixed ^ (mixed >>> 12)) >>> 0) / 4_294_967_296 < candidateShare / (1 - candidateShare);
};

interface Unit {
  requests: number;
  isFailed: number;
  isSlow: number;
}

const openSide = (unit: 'request' | 'key') => {
  const keys = new Map<number, Unit>();
  const alone: Unit = { requests: 0, isFailed: 0, isSlow: 0 };
  return {
    count({ key, isFailed, isSlow }: SimulatedRequest): void {
      let one = alone;
      if (unit === 'key' && key !== null) {
        one = keys.get(key) ?? { requests: 0, isFailed: 0, isSlow: 0 };
        keys.set(key, one);
      }
      one.requests += 1;
      if (isFailed) one.isFailed += 1;
      if (isSlow) one.isSlow += 1;
    },
    summary(guardrail: (typeof GUARDRAILS)[number]): SideSummary {
      if (keys.size > 0) return ratioOf([...keys.values()], guardrail);
      const mean = alone.requests === 0 ? 0 : alone[guardrail] / alone.requests;
      return { units: alone.requests, mean, variance: mean * (1 - mean) };
    },
  };
};

/** Bad requests over requests of all keys, with the variance of the delta method (Deng, Knoblich, Lu, 2018). */
const ratioOf = (units: readonly Unit[], guardrail: (typeof GUARDRAILS)[number]): SideSummary => {
  const n = units.length;
  const requests = units.reduce((sum, unit) => sum + unit.requests, 0);
  const mean = units.reduce((sum, unit) => sum + unit[guardrail], 0) / requests;
  const squares = units.reduce((sum, unit) => sum + (unit[guardrail] - mean * unit.requests) ** 2, 0);
  const variance = n < 2 ? 0 : squares / (n - 1) / (requests / n) ** 2;
  return { units: n, mean, variance };
};
