import type {
  CaseFacts,
  MetricScores,
  SideScores,
} from '../../core/evaluation/requirements/requirement-input.ts';
import type { AnswerRecord, CaseRecord, MeasuredMetric } from '../../core/evaluation/run/run-record.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { OpenMetric, SetCollection } from '../scoring/open-metric.ts';
import type { CallMetric } from './call-metrics.ts';
import { meanOverRepeats, scoreUnder } from './mean-over-repeats.ts';

/** What findings and verdict are worked out from: of each case a few numbers, whatever its texts were. */
export interface Tally {
  /** Takes in a case with its record, in any order, each once. */
  readonly add: (one: EvaluationCase, record: CaseRecord) => void;
  readonly finish: () => { readonly cases: readonly CaseFacts[]; readonly metrics: readonly MetricScores[] };
}

interface Side {
  readonly of: (record: CaseRecord) => readonly AnswerRecord[];
  readonly perCase: ReadonlyMap<string, Float64Array>;
  readonly sets: ReadonlyMap<string, { readonly collection: SetCollection; readonly positions: number[] }>;
}

/** `NaN` in the arrays stands for an undefined score. */
export const startTally = (
  total: number,
  metrics: readonly OpenMetric[],
  callMetrics: readonly CallMetric[],
  hasBaseline: boolean,
): Tally => {
  const facts: (CaseFacts | undefined)[] = new Array(total).fill(undefined);
  const noTags: readonly string[] = [];
  const side = (of: Side['of']): Side => ({
    of,
    perCase: new Map(
      [
        ...metrics.filter(({ startSet }) => startSet === null).map(({ measured }) => measured.name),
        ...callMetrics.map(({ measured }) => measured.name),
      ].map((name) => [name, new Float64Array(total).fill(Number.NaN)]),
    ),
    sets: new Map(
      metrics.flatMap(({ measured, startSet }) =>
        startSet === null ? [] : [[measured.name, { collection: startSet(), positions: [] }]],
      ),
    ),
  });
  const candidate = side((record) => record.candidate);
  const baseline = hasBaseline ? side((record) => record.baseline) : null;

  const addSide = ({ of, perCase, sets }: Side, one: EvaluationCase, record: CaseRecord): void => {
    const answers = of(record);
    for (const { measured, startSet } of metrics) {
      if (startSet !== null) continue;
      perCase.get(measured.name)![one.position] = valueOver(answers, scoreUnder(measured.name));
    }
    for (const { measured, numberOf } of callMetrics)
      perCase.get(measured.name)![one.position] = valueOver(answers, numberOf);
    for (const { collection, positions } of sets.values())
      for (const answer of answers)
        if (collection.add(one, answer.kind === 'answer' ? answer.output : undefined))
          positions.push(one.position);
  };

  return {
    add(one, record) {
      facts[one.position] = {
        tags: one.tags.length === 0 ? noTags : one.tags,
        weight: one.weight,
        candidateErred: record.candidate.some(({ kind }) => kind === 'error'),
        baselineErred: record.baseline.some(({ kind }) => kind === 'error'),
      };
      addSide(candidate, one, record);
      if (baseline !== null) addSide(baseline, one, record);
    },
    finish() {
      // A run that was stopped has gaps; what follows knows none.
      const places = new Int32Array(total).fill(-1);
      const cases: CaseFacts[] = [];
      facts.forEach((fact, position) => {
        if (fact === undefined) return;
        places[position] = cases.length;
        cases.push(fact);
      });
      const scoresOf = ({ perCase, sets }: Side, name: string): SideScores => {
        const values = perCase.get(name);
        if (values !== undefined) {
          const scores: (number | null)[] = new Array(cases.length).fill(null);
          values.forEach((value, position) => {
            const place = places[position]!;
            if (place >= 0 && !Number.isNaN(value)) scores[place] = value;
          });
          return { kind: 'cases', scores };
        }
        const { collection, positions } = sets.get(name)!;
        const members = positions.map((position) => places[position]!);
        return { kind: 'set', score: collection.finish(), members };
      };
      const all: readonly { measured: MeasuredMetric; range: readonly [number, number] }[] = [
        ...metrics,
        ...callMetrics,
      ];
      return {
        cases,
        metrics: all.map(({ measured, range }) => ({
          name: measured.name,
          unit: measured.unit,
          better: measured.better,
          range,
          candidate: scoresOf(candidate, measured.name),
          baseline: baseline === null ? null : scoresOf(baseline, measured.name),
        })),
      };
    },
  };
};

const valueOver = (...given: Parameters<typeof meanOverRepeats>): number =>
  meanOverRepeats(...given) ?? Number.NaN;
