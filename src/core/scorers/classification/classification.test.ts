import { describe, expect, it } from 'vitest';
import type { Scorer } from '../scorer.ts';
import type { LabelCase } from '../scorer-inputs.ts';
import { deviation } from '../testing/deviation.ts';
import { goldenVectors } from '../testing/golden-vectors.ts';
import { accuracy } from './accuracy.ts';
import { averagePrecision } from './average-precision.ts';
import { balancedAccuracy } from './balanced-accuracy.ts';
import { brier, multiclassBrier } from './brier.ts';
import { calibrationError, topLabelCalibrationError } from './calibration-error.ts';
import { confusionMatrix } from './confusion-matrix.ts';
import { logLoss, multiclassLogLoss } from './log-loss.ts';
import { matthews } from './matthews.ts';
import type { MulticlassRocAucOptions } from './multiclass-roc-auc.ts';
import { multiclassRocAuc } from './multiclass-roc-auc.ts';
import type { PrecisionRecallOptions } from './precision-recall.ts';
import { precisionRecall } from './precision-recall.ts';
import { rocAuc } from './roc-auc.ts';

// The figures come from scikit-learn; scripts/reference-vectors says how.

interface LabelSet {
  readonly expected: readonly string[];
  readonly answered: readonly (string | null)[];
  readonly weights: readonly number[];
  readonly positive: string;
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly matthews: number;
  readonly matrix: { readonly labels: readonly string[]; readonly counts: readonly (readonly number[])[] };
  readonly averages: readonly (Omit<PrecisionRecallOptions, 'positive'> & {
    readonly values: readonly (number | null)[];
  })[];
}

interface ProbabilitySet {
  readonly happened: readonly boolean[];
  readonly probabilities: readonly number[];
  readonly weights: readonly number[];
  readonly rocAuc: number | null;
  readonly averagePrecision: number;
  readonly logLoss: number;
  readonly brier: number;
  readonly calibration: readonly { readonly bins: number; readonly values: readonly [number, number] }[];
}

interface ClassProbabilitySet {
  readonly names: readonly string[];
  readonly expected: readonly string[];
  readonly probabilities: readonly (readonly number[])[];
  readonly areas: readonly (MulticlassRocAucOptions & { readonly value: number | null })[];
  readonly logLoss: number;
  readonly brier: number;
  readonly topLabelCalibration: readonly [number, number];
}

const vectors = goldenVectors<{
  readonly labels: readonly LabelSet[];
  readonly probabilities: readonly ProbabilitySet[];
  readonly classProbabilities: readonly ClassProbabilitySet[];
}>(new URL('classification.golden.json', import.meta.url));

const labelCases = (set: LabelSet): LabelCase[] =>
  set.expected.map((expected, i) => ({ expected, answered: set.answered[i] ?? null }));

const probabilityCases = (set: ProbabilitySet) =>
  set.probabilities.map((probability, i) => ({ probability, isPositive: set.happened[i]! }));

const classCases = (set: ClassProbabilitySet) =>
  set.probabilities.map((row, i) => ({
    expected: set.expected[i]!,
    probabilities: Object.fromEntries(row.map((probability, k) => [set.names[k]!, Math.max(0, probability)])),
  }));

const ofAll = <Set, Case>(
  sets: readonly Set[],
  cases: (set: Set) => readonly Case[],
  scorer: Scorer<Case>,
  weights: (set: Set) => readonly number[] | undefined,
) => sets.map((set) => scorer.prepare(cases(set))(weights(set)));

describe('agrees with scikit-learn on labels, weighted or not, with errors or without', () => {
  const found = (scorer: Scorer<LabelCase>) =>
    ofAll(vectors.labels, labelCases, scorer, (set) => set.weights);

  it.each([
    ['accuracy', accuracy(), vectors.labels.map((set) => set.accuracy)],
    ['balanced accuracy', balancedAccuracy(), vectors.labels.map((set) => set.balancedAccuracy)],
    ['MCC', matthews(), vectors.labels.map((set) => set.matthews)],
  ] as const)('%s', (_, scorer, wanted) => {
    expect(deviation(found(scorer), wanted)).toBeLessThan(1e-12);
  });

  it('precision, recall and F1 under every average and every rule for division by zero', () => {
    for (const set of vectors.labels) {
      for (const { values, ...options } of set.averages) {
        const scores = (['precision', 'recall', 'f1'] as const).map((part) =>
          precisionRecall(part, { ...options, positive: set.positive }).prepare(labelCases(set))(set.weights),
        );
        expect([options, deviation(scores, values) < 1e-12]).toEqual([options, true]);
      }
    }
  });

  it('confusion matrix', () => {
    for (const set of vectors.labels) {
      const matrix = confusionMatrix(labelCases(set), set.weights)!;
      const order = set.matrix.labels.map((label) => matrix.labels.indexOf(label));
      expect(order.map((i) => order.map((j) => matrix.counts[i]![j]!))).toEqual(set.matrix.counts);
      const all = [...matrix.counts.flat(), ...matrix.unanswered].reduce((sum, count) => sum + count, 0);
      expect(all).toBe(set.weights.reduce((sum, weight) => sum + weight, 0));
    }
  });
});

describe('agrees with scikit-learn on probabilities, weighted or not, with ties or without', () => {
  const { probabilities } = vectors;
  it.each([
    ['ROC-AUC, undefined for one class', rocAuc(), probabilities.map((set) => set.rocAuc)],
    ['average precision', averagePrecision(), probabilities.map((set) => set.averagePrecision)],
    ['log loss', logLoss(), probabilities.map((set) => set.logLoss)],
    ['Brier score', brier(), probabilities.map((set) => set.brier)],
    ...[0, 1, 2, 3].flatMap((k) =>
      (['expected', 'greatest'] as const).map(
        (over, which) =>
          [
            `calibration error, ${over}, ${probabilities[0]!.calibration[k]!.bins} bins`,
            calibrationError({ bins: probabilities[0]!.calibration[k]!.bins, over }),
            probabilities.map((set) => set.calibration[k]!.values[which]!),
          ] as const,
      ),
    ),
  ] as const)('%s', (_, scorer, wanted) => {
    const found = ofAll(probabilities, probabilityCases, scorer, (set) => set.weights);
    expect(deviation(found, wanted)).toBeLessThan(1e-12);
  });
});

describe('agrees with scikit-learn on probabilities of several classes', () => {
  const { classProbabilities: sets } = vectors;
  it.each([
    ...[0, 1, 2, 3].map((k) => {
      const { compare, average } = sets[0]!.areas[k]!;
      return [
        `ROC-AUC ${compare} ${average}`,
        multiclassRocAuc({ compare, average }),
        sets.map((set) => set.areas[k]!.value),
      ] as const;
    }),
    ['log loss', multiclassLogLoss(), sets.map((set) => set.logLoss)],
    ['Brier score', multiclassBrier(), sets.map((set) => set.brier)],
    [
      'calibration of the top label',
      topLabelCalibrationError({ bins: 10, over: 'expected' }),
      sets.map((set) => set.topLabelCalibration[0]),
    ],
  ] as const)('%s', (_, scorer, wanted) => {
    expect(
      deviation(
        ofAll(sets, classCases, scorer, () => undefined),
        wanted,
      ),
    ).toBeLessThan(1e-9);
  });

  it('gives a weight the meaning of so many cases', () => {
    for (const set of sets) {
      const cases = classCases(set);
      const weights = cases.map((_, i) => (i * 7) % 3);
      const repeated = cases.flatMap((one, i) => new Array<typeof one>(weights[i]!).fill(one));
      for (const { compare, average } of set.areas) {
        const scorer = multiclassRocAuc({ compare, average });
        const [one, other] = [scorer.prepare(cases)(weights), scorer.prepare(repeated)()];
        expect(deviation([one], [other])).toBeLessThan(1e-12);
      }
    }
  });
});

it('is undefined without cases, and for a resample without weight', () => {
  expect(rocAuc().prepare([])()).toBeNull();
  expect(averagePrecision().prepare([])()).toBeNull();
  expect(accuracy().prepare([])()).toBeNull();
  expect(matthews().prepare([{ expected: 'a', answered: 'b' }])([0])).toBeNull();
});

it('refuses what is no probability', () => {
  const bad = { isPositive: true, probability: Number.NaN };
  expect(() => rocAuc().prepare([bad])).toThrow(RangeError);
  expect(() => brier().prepare([bad])).toThrow(RangeError);
  expect(() => logLoss().prepare([{ isPositive: true, probability: 1.2 }])).toThrow(RangeError);
  expect(() =>
    precisionRecall('f1', { average: 'binary', positive: null, labels: 'seen', zeroDivision: '0' }),
  ).toThrow(RangeError);
});
