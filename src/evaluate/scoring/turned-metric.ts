import type { ScoreTurn } from '../../core/evaluation/run/evaluation-plan.ts';
import type { OpenMetric } from './open-metric.ts';
import type { Scored } from './scored.ts';

/**
 * A metric of which the author wants something else than the plain score: only of cases with a tag, whether it reaches a bound (1 or 0),
 * or its opposite (1 minus the score). In this order. What is made of the score stands in the signature, for it is another figure.
 */
export const turnedMetric = (metric: OpenMetric, turn: ScoreTurn): OpenMetric => {
  const { onlyTag, bound, isOpposite } = turn;
  const isTurned = bound !== null || isOpposite;
  const applies = (tags: readonly string[]): boolean => onlyTag === null || tags.includes(onlyTag);
  const turned = (scored: Scored): Scored =>
    scored.kind === 'score' && scored.score !== null
      ? { ...scored, score: turnedScore(scored.score, turn) }
      : scored;
  // The labels of all cases are those of the plain scorer.
  const { startSet, labels: _, ...rest } = metric;
  return {
    ...rest,
    measured: {
      ...metric.measured,
      signature: [
        metric.measured.signature,
        ...(onlyTag === null ? [] : [`only:${encodeURIComponent(onlyTag)}`]),
        ...(bound === null ? [] : [`${bound.kind}:${bound.value}`]),
        ...(isOpposite ? ['not'] : []),
      ].join('|'),
      ...(isTurned ? ({ better: 'higher', unit: 'share' } as const) : {}),
    },
    range: isTurned ? [0, 1] : metric.range,
    score: (one, output, signal, beside) => {
      if (!applies(one.tags)) return { kind: 'score', score: null, reason: null };
      const scored = metric.score(one, output, signal, beside);
      return scored instanceof Promise ? scored.then(turned) : turned(scored);
    },
    // What is made of single scores has the mean of them as the score of a set.
    startSet:
      startSet === null || isTurned
        ? null
        : () => {
            const set = startSet();
            return { ...set, add: (one, output) => (applies(one.tags) ? set.add(one, output) : 'none') };
          },
  };
};

const turnedScore = (score: number, { bound, isOpposite }: ScoreTurn): number => {
  const held =
    bound === null ? score : (bound.kind === 'atLeast' ? score >= bound.value : score <= bound.value) ? 1 : 0;
  return isOpposite ? 1 - held : held;
};
