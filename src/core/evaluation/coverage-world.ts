import type { CaseOutcome } from './case-outcome.ts';
import type { OutcomePair } from './paired-bootstrap.ts';
import type { MetricName } from './requirement.ts';
import type { Random } from './seeded-random.ts';

/** A world whose truth is known, to see how often intervals miss it. Two labels, `a` and `b`. */
export interface CoverageWorld {
  /** Share of cases that expect `a`. */
  readonly share: number;
  /** Probability of a right answer to a case that expects `a`, and `b`. */
  readonly candidate: readonly [number, number];
  /** The same of stable, where it does not simply answer as the candidate did. */
  readonly stable: readonly [number, number];
  /** Probability that stable answers as the candidate did. */
  readonly together: number;
  /** Mean latencies; exponential, half of them shared by both. */
  readonly meanMs: readonly [number, number];
}

export const CEILING_MS = 1000;

export const drawPairs = (world: CoverageWorld, n: number, random: Random): OutcomePair[] =>
  Array.from({ length: n }, () => {
    const expected = random() < world.share ? 'a' : 'b';
    const other = expected === 'a' ? 'b' : 'a';
    const answer = (right: readonly [number, number]): string =>
      random() < right[expected === 'a' ? 0 : 1] ? expected : other;
    const exponential = (): number => -Math.log(1 - random());
    const common = exponential();
    const outcome = (answered: string, meanMs: number): CaseOutcome => ({
      expected,
      answered,
      weight: 1,
      latencyMs: Math.min(CEILING_MS, meanMs * (random() < 0.5 ? common : exponential())),
    });
    const answered = answer(world.candidate);
    return {
      candidate: outcome(answered, world.meanMs[0]),
      stable: outcome(random() < world.together ? answered : answer(world.stable), world.meanMs[1]),
    };
  });

const QUANTILE_LOGS: Partial<Record<MetricName, number>> = {
  latency_p50_ms: Math.log(2),
  latency_p95_ms: Math.log(20),
  latency_p99_ms: Math.log(100),
};

/** What the metric of one side really is. */
export const truthOf = (
  { share, candidate, stable, together, meanMs }: CoverageWorld,
  side: 'candidate' | 'stable',
  metric: MetricName,
  positive: 'a' | null,
): number => {
  const isCandidate = side === 'candidate';
  const log = QUANTILE_LOGS[metric];
  if (log !== undefined) return (isCandidate ? meanMs[0] : meanMs[1]) * log;
  const right = (i: 0 | 1): number =>
    isCandidate ? candidate[i] : together * candidate[i] + (1 - together) * stable[i];
  const mass = { a: share, b: 1 - share };
  const found = { a: share * right(0), b: (1 - share) * right(1) };
  const answered = { a: found.a + mass.b - found.b, b: found.b + mass.a - found.a };
  const of = (label: 'a' | 'b'): number => {
    if (metric === 'precision') return found[label] / answered[label];
    if (metric === 'recall') return found[label] / mass[label];
    return (2 * found[label]) / (mass[label] + answered[label]);
  };
  if (metric === 'accuracy') return found.a + found.b;
  return positive === null ? (of('a') + of('b')) / 2 : of(positive);
};
