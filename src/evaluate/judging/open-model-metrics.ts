import type { ScorerSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import { embeddingMetric } from '../embedding/embedding-metric.ts';
import { moderationMetric } from '../moderation/moderation-metric.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import { turnedMetric } from '../scoring/turned-metric.ts';
import { judgeMetrics } from './judge-metrics.ts';
import type { Models } from './models.ts';

/** The metrics of a scorer that asks a model, the scorer's own first; null for all other scorers. */
export const openModelMetrics = (spec: ScorerSpec, models: Models): OpenMetric[] | null => {
  const { how, turn } = spec;
  const opened = openPlain(spec, how, models);
  const [own, ...companions] = opened ?? [];
  if (own === undefined) return null;
  // What is made of the score is made of nothing else that comes of it; but cases without the score ask nothing.
  const onlyTag = turn === undefined ? null : { onlyTag: turn.onlyTag, bound: null, isOpposite: false };
  return [
    turn === undefined ? own : turnedMetric(own, turn),
    ...companions.map((one) => (onlyTag === null ? one : turnedMetric(one, onlyTag))),
  ].map((metric) => withPlace(spec, metric));
};

const openPlain = (spec: ScorerSpec, how: ScorerSpec['how'], models: Models): OpenMetric[] | null => {
  switch (how.kind) {
    case 'judge':
      return judgeMetrics(spec, how, models);
    case 'embedding':
      return [embeddingMetric(spec, how, models)];
    case 'moderation':
      return [moderationMetric(spec, how, models)];
    default:
      return null;
  }
};

/** What a score is taken from is a part of how it was computed. */
const withPlace = ({ from, expected }: ScorerSpec, metric: OpenMetric): OpenMetric => {
  const place = [
    ...(from === '' ? [] : [`from:${from}`]),
    ...(expected === '/expected' ? [] : [`expected:${expected}`]),
  ];
  const { measured } = metric;
  return { ...metric, measured: { ...measured, signature: [measured.signature, ...place].join('|') } };
};
