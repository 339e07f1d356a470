import type {
  CaseFacts,
  MetricScores,
  SideScores,
} from '../../core/evaluation/requirements/requirement-input.ts';
import { ANSWER_UNFIT, SCORER_FAILED } from '../../core/evaluation/requirements/requirement-input.ts';
import type { AnswerRecord, CaseRecord, MeasuredMetric } from '../../core/evaluation/run/run-record.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { OpenMetric, SetCollection } from '../scoring/open-metric.ts';
import type { CaseMeasure } from './case-measures.ts';
import type { UnscoredCases } from './unscored.ts';
import { startUnscored, unscoredBy } from './unscored.ts';

/** What findings and verdict are worked out from: of each case a few numbers, whatever its texts were. */
export interface Tally {
  /** Takes in a case with its record, in any order, each once. */
  readonly add: (one: EvaluationCase, record: CaseRecord) => void;
  readonly finish: () => { readonly cases: readonly CaseFacts[]; readonly metrics: readonly MetricScores[] };
}

export interface Tallied {
  /** Cases of the golden set. */
  readonly total: number;
  readonly metrics: readonly OpenMetric[];
  readonly measures: readonly CaseMeasure[];
  readonly hasBaseline: boolean;
  /** The names of metrics that look at the other side's answer. */
  readonly beside: ReadonlySet<string>;
  /** Repeats that every case has: further ones are not in scores of whole sets, for only some cases have them. */
  readonly leastRepeats: number;
}

interface Side {
  readonly of: (record: CaseRecord) => readonly AnswerRecord[];
  /** By place of the measure, by position; `NaN` stands for an unknown number. */
  readonly numbers: readonly Float64Array[];
  readonly sets: ReadonlyMap<string, { readonly collection: SetCollection; readonly positions: number[] }>;
  readonly unscored: UnscoredCases;
}

const DONE = 1;
const CANDIDATE_ERRED = 2;
const BASELINE_ERRED = 4;

export const startTally = ({
  total,
  metrics,
  measures,
  hasBaseline,
  beside,
  leastRepeats,
}: Tallied): Tally => {
  const states = new Uint8Array(total);
  const weights = new Float64Array(total);
  const tagging = startTagging(total);
  const side = (of: Side['of']): Side => ({
    of,
    numbers: measures.map(() => new Float64Array(total).fill(Number.NaN)),
    sets: new Map(
      metrics.flatMap(({ measured, startSet }) =>
        startSet === null ? [] : [[measured.name, { collection: startSet(), positions: [] }]],
      ),
    ),
    unscored: startUnscored(total),
  });
  const candidate = side((record) => record.candidate);
  const baseline = hasBaseline ? side((record) => record.baseline) : null;

  const addSide = (from: Side, one: EvaluationCase, record: CaseRecord): void => {
    const { of, numbers, sets, unscored } = from;
    const isBaseline = from === baseline;
    const answers = of(record);
    const hasFailures = answers.some((answer) => answer.kind === 'answer' && answer.failures !== undefined);
    for (let m = 0; m < measures.length; m += 1) {
      const { measured, of: numberOf, unscored: whyNot } = measures[m]!;
      const why = hasFailures ? (whyNot?.(answers) ?? 0) : 0;
      unscored.put(measured.name, one.position, why);
      numbers[m]![one.position] = why === 0 ? (numberOf(answers) ?? Number.NaN) : Number.NaN;
    }
    for (const [name, { collection, positions }] of sets) {
      const first = answers.slice(0, leastRepeats);
      if (hasFailures) unscored.put(name, one.position, unscoredBy(first, [name]));
      for (const answer of first) {
        const why = unscoredBy([answer], [name]);
        const isBad = answer.kind === 'error' || why === ANSWER_UNFIT;
        // Of the baseline they are left out, or a broken one would excuse any candidate.
        if (why === SCORER_FAILED || (isBad && (isBaseline || !collection.takesUnfit))) continue;
        const added = collection.add(one, answer.kind === 'answer' ? answer.output : undefined);
        if (added === 'member') positions.push(one.position);
        else if (added === 'unfit') unscored.put(name, one.position, ANSWER_UNFIT);
      }
    }
  };

  return {
    add(one, record) {
      states[one.position] =
        DONE |
        (hasErred(record.candidate) ? CANDIDATE_ERRED : 0) |
        (hasErred(record.baseline) ? BASELINE_ERRED : 0);
      weights[one.position] = one.weight;
      tagging.put(one.position, one.tags);
      addSide(candidate, one, record);
      if (baseline !== null) addSide(baseline, one, record);
    },
    finish() {
      // A run that was stopped has gaps; what follows knows none.
      const places = new Int32Array(total).fill(-1);
      const cases: CaseFacts[] = [];
      const factsOf = sharedFacts();
      states.forEach((state, position) => {
        if (state === 0) return;
        places[position] = cases.length;
        cases.push(factsOf(tagging.of(position), weights[position]!, state));
      });
      const withoutGaps = (numbers: Float64Array): Float64Array =>
        cases.length === total ? numbers : numbers.filter((_, position) => places[position]! >= 0);
      const unscoredOf = ({ unscored }: Side, name: string): Uint8Array | null => {
        const found = unscored.of(name);
        return found === null || cases.length === total
          ? found
          : found.filter((_, position) => places[position]! >= 0);
      };
      const setOf = ({ sets }: Side, name: string): SideScores => {
        const { collection, positions } = sets.get(name)!;
        const members = positions.map((position) => places[position]!);
        return { kind: 'set', score: collection.finish(), members };
      };
      const scores = (
        { measured, range }: { readonly measured: MeasuredMetric; readonly range: MetricScores['range'] },
        of: (side: Side) => SideScores,
      ): MetricScores => ({
        name: measured.name,
        unit: measured.unit,
        better: measured.better,
        range,
        isOfErrors: ofErrors.has(measured.name),
        looksBeside: beside.has(measured.name),
        candidate: of(candidate),
        baseline: baseline === null ? null : of(baseline),
        unscored: {
          candidate: unscoredOf(candidate, measured.name),
          baseline: baseline === null ? null : unscoredOf(baseline, measured.name),
        },
      });
      const ofErrors = new Set(
        measures.flatMap(({ measured, isOfErrors }) => (isOfErrors ? measured.name : [])),
      );
      const ofCases = new Map(measures.map(({ measured }, m) => [measured.name, m]));
      const named = [...metrics, ...measures.filter(({ measured }) => !isOneOf(metrics, measured))];
      return {
        cases,
        metrics: named.map((metric) => {
          const m = ofCases.get(metric.measured.name);
          return scores(metric, (from) =>
            m === undefined
              ? setOf(from, metric.measured.name)
              : { kind: 'cases', scores: withoutGaps(from.numbers[m]!) },
          );
        }),
      };
    },
  };
};

const isOneOf = (metrics: readonly OpenMetric[], { name }: MeasuredMetric): boolean =>
  metrics.some(({ measured }) => measured.name === name);

const hasErred = (answers: readonly AnswerRecord[]): boolean => answers.some(({ kind }) => kind === 'error');

/** Cases that are alike share their facts: most differ in their tags alone, of which there are few sets. */
const sharedFacts = () => {
  const newest = new Map<readonly string[], CaseFacts>();
  return (tags: readonly string[], weight: number, state: number): CaseFacts => {
    const candidateErred = (state & CANDIDATE_ERRED) !== 0;
    const baselineErred = (state & BASELINE_ERRED) !== 0;
    const known = newest.get(tags);
    if (
      known !== undefined &&
      known.weight === weight &&
      known.candidateErred === candidateErred &&
      known.baselineErred === baselineErred
    )
      return known;
    const facts: CaseFacts = { tags, weight, candidateErred, baselineErred };
    newest.set(tags, facts);
    return facts;
  };
};

/** Keeps the tags of each case as a number; most golden sets have few different sets of tags. */
const startTagging = (total: number) => {
  const known: (readonly string[])[] = [];
  const places = new Map<string, number>();
  const byPosition = new Uint32Array(total);
  return {
    put(position: number, tags: readonly string[]): void {
      const key = JSON.stringify(tags);
      let place = places.get(key);
      if (place === undefined) {
        place = known.push(tags) - 1;
        places.set(key, place);
      }
      byPosition[position] = place;
    },
    of: (position: number): readonly string[] => known[byPosition[position]!]!,
  };
};
