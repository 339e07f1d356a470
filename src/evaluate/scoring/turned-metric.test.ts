import { describe, expect, it } from 'vitest';
import type { ScorerSpec, ScoreTurn } from '../../core/evaluation/run/evaluation-plan.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import { openMetric } from './open-metric.ts';

const PLAIN: ScoreTurn = { onlyTag: null, bound: null, isOpposite: false };

const metricOf = (scorer: string, turn: Partial<ScoreTurn>, options = {}) =>
  openMetric(
    {
      name: 'm',
      how: { kind: 'registry', scorer, options },
      from: '',
      expected: '/expected',
      group: null,
      positive: null,
      turn: { ...PLAIN, ...turn },
    } satisfies ScorerSpec,
    { surroundings: { isValidCall: () => false }, fill: (text) => text },
  );

const caseOf = (expected: unknown, tags: readonly string[] = []): EvaluationCase => ({
  id: '1',
  input: 'q',
  expected,
  tags,
  weight: 1,
  metadata: {},
  position: 0,
});

const never = new AbortController().signal;
const scoreOf = async (
  metric: ReturnType<typeof metricOf>,
  expected: unknown,
  output: string,
  tags?: string[],
) => {
  const scored = await metric.score(caseOf(expected, tags), output, never);
  return scored.kind === 'score' ? scored.score : scored.detail;
};

describe('what is made of a score', () => {
  it('is 1 where a bound is kept, and its opposite where that is asked for', async () => {
    const near = metricOf('levenshtein_distance', { bound: { kind: 'atMost', value: 2 } });
    expect(await scoreOf(near, 'kitten', 'kitton')).toBe(1);
    expect(await scoreOf(near, 'kitten', 'sitting')).toBe(0);
    expect(near).toMatchObject({
      range: [0, 1],
      measured: { better: 'higher', unit: 'share', perCase: true },
    });
    const far = metricOf('levenshtein_distance', { bound: { kind: 'atMost', value: 2 }, isOpposite: true });
    expect(await scoreOf(far, 'kitten', 'kitton')).toBe(0);
    expect(await scoreOf(metricOf('contains', { isOpposite: true }), 'blue', 'It is red.')).toBe(1);
  });

  it('leaves out the cases without the tag, of single scores and of sets', async () => {
    const tagged = metricOf('contains', { onlyTag: 'de' });
    expect(await scoreOf(tagged, 'ja', 'nein', ['en'])).toBeNull();
    expect(await scoreOf(tagged, 'ja', 'nein', ['de'])).toBe(0);
    const set = metricOf('bleu', { onlyTag: 'de' }).startSet!();
    expect(set.add(caseOf('ja', ['en']), 'ja')).toBe('none');
    expect(set.add(caseOf('ja', ['de']), 'ja')).toBe('member');
    expect(metricOf('bleu', { bound: { kind: 'atLeast', value: 30 } }).startSet).toBeNull();
  });

  it('is another figure, so it has another signature; a case without a score stays without', async () => {
    const signatures = [
      {},
      { onlyTag: 'de' },
      { isOpposite: true },
      { bound: { kind: 'atLeast', value: 1 } as const },
    ];
    expect(new Set(signatures.map((turn) => metricOf('contains', turn).measured.signature)).size).toBe(4);
    expect(await scoreOf(metricOf('contains', { isOpposite: true }), null, 'x')).toBeNull();
  });
});
