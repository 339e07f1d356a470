import type { EvaluationPlan } from '../../core/evaluation/run/evaluation-plan.ts';
import type { AnswerRecord, MeasuredMetric } from '../../core/evaluation/run/run-record.ts';

/** A metric of the calls themselves, which every run has. */
export interface CallMetric {
  readonly measured: MeasuredMetric;
  readonly range: readonly [least: number, greatest: number];
  /** Whether it is of the errors themselves, which cases in error have as well. */
  readonly isOfErrors: boolean;
  /** Null where it is not known. */
  readonly numberOf: (answer: AnswerRecord) => number | null;
}

/** Errors, latency, tokens; of a stream the time to its first token; with prices the cost. */
export const callMetrics = ({ target, baseline }: EvaluationPlan): CallMetric[] => {
  const metric = (
    name: string,
    unit: MeasuredMetric['unit'],
    most: number,
    numberOf: CallMetric['numberOf'],
  ): CallMetric => ({
    measured: { name, signature: `${name}|v:1`, better: 'lower', unit, perCase: true },
    range: [0, most],
    isOfErrors: name === 'error_rate',
    numberOf,
  });
  const slowest = Math.max(target.timeoutMs, baseline?.kind === 'target' ? baseline.target.timeoutMs : 0);
  const ofAnswer =
    (value: (answer: Extract<AnswerRecord, { kind: 'answer' }>) => number | null) =>
    (answer: AnswerRecord): number | null =>
      answer.kind === 'answer' ? value(answer) : null;
  return [
    metric('error_rate', 'share', 1, ({ kind }) => (kind === 'error' ? 1 : 0)),
    metric(
      'latency',
      'ms',
      slowest,
      ofAnswer(({ latencyMs }) => Math.min(latencyMs, slowest)),
    ),
    ...(target.isStream
      ? [
          metric(
            'first_token',
            'ms',
            slowest,
            ofAnswer(({ firstTokenMs }) => (firstTokenMs === null ? null : Math.min(firstTokenMs, slowest))),
          ),
        ]
      : []),
    metric(
      'tokens',
      'tokens',
      Number.POSITIVE_INFINITY,
      ofAnswer(({ tokens }) => (tokens === null ? null : tokens.input + tokens.output)),
    ),
    ...(target.price === null
      ? []
      : [
          metric(
            'cost',
            'usd',
            Number.POSITIVE_INFINITY,
            ofAnswer(({ usd }) => usd),
          ),
        ]),
  ];
};
