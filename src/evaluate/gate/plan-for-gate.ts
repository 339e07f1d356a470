import type { MetricName, RequirementSpec } from '../../core/evaluation/requirement.ts';
import type {
  EvaluationPlan,
  RunRequirement,
  ScorerSpec,
} from '../../core/evaluation/run/evaluation-plan.ts';
import { MOST_ERRORS_SHARE } from '../../core/evaluation/verdict.ts';
import { requirementText } from './requirement-text.ts';

export interface PolicyDemands {
  readonly requirements: readonly RequirementSpec[];
  /** Of the two-sided intervals, such as 0.95. */
  readonly confidence: number;
  /** The label that the policy's precision, recall and F1 are about; null averages over labels. */
  readonly positive: string | null;
}

/**
 * The plan of a release's evaluation file as a gate runs it: with what the policy demands behind what the file demands, and stable as the baseline.
 * The file can make none of the policy's demands easier: where there are any, their confidence is the least, no more cases may be in error than without
 * a file, and they are about all that the golden set is a sample of.
 */
export const planForGate = (
  plan: EvaluationPlan,
  { requirements, confidence, positive }: PolicyDemands,
  hasStable: boolean,
): EvaluationPlan => {
  const withBaseline: EvaluationPlan = {
    ...plan,
    baseline: hasStable ? { kind: 'target', target: plan.target } : null,
  };
  if (requirements.length === 0) return withBaseline;
  const labels = [...new Set(requirements.map(({ metric }) => metric))].filter(isOfLabels);
  return {
    ...withBaseline,
    scorers: [...plan.scorers, ...labels.map((metric) => labelScorer(metric, positive, placeOfLabels(plan)))],
    requirements: [...plan.requirements, ...requirements.map(asRunRequirement)],
    about: 'population',
    confidence: Math.max(plan.confidence, confidence),
    mostErrorsShare: Math.min(plan.mostErrorsShare, MOST_ERRORS_SHARE),
  };
};

type LabelMetric = Extract<MetricName, 'accuracy' | 'precision' | 'recall' | 'f1'>;

const isOfLabels = (metric: MetricName): metric is LabelMetric =>
  metric === 'accuracy' || metric === 'precision' || metric === 'recall' || metric === 'f1';

/** A name that no scorer of a file can have: a file's own under the same name would take its place. */
const nameOf = (metric: LabelMetric): string => `policy:${metric}`;

type Place = Pick<ScorerSpec, 'from' | 'expected'>;

const LABEL_SCORERS: readonly string[] = [
  'accuracy',
  'precision',
  'recall',
  'f1',
  'balanced_accuracy',
  'mcc',
];

/** Labels stand where the file itself looks for them, and else are the whole output. */
const placeOfLabels = ({ scorers }: EvaluationPlan): Place =>
  scorers.find(({ how }) => how.kind === 'registry' && LABEL_SCORERS.includes(how.scorer)) ?? {
    from: '',
    expected: '/expected',
  };

const labelScorer = (
  metric: LabelMetric,
  positive: string | null,
  { from, expected }: Place,
): ScorerSpec => ({
  name: nameOf(metric),
  how: {
    kind: 'registry',
    scorer: metric,
    options: metric === 'accuracy' ? {} : positive === null ? {} : { average: 'binary', positive },
  },
  from,
  expected,
  group: null,
  positive: null,
});

const PERCENTILES: Partial<Readonly<Record<MetricName, number>>> = {
  latency_p50_ms: 50,
  latency_p95_ms: 95,
  latency_p99_ms: 99,
};

const asRunRequirement = (spec: RequirementSpec): RunRequirement => {
  const { metric, min, max, notWorseBy } = spec;
  const percentile = PERCENTILES[metric] ?? null;
  return {
    text: requirementText(spec),
    metric: percentile !== null ? 'latency' : isOfLabels(metric) ? nameOf(metric) : metric,
    slice: { kind: 'all' },
    percentile,
    bound:
      min !== undefined
        ? { kind: 'min', value: min }
        : max !== undefined
          ? { kind: 'max', value: max }
          : { kind: 'notWorseBy', value: notWorseBy ?? 0 },
  };
};
