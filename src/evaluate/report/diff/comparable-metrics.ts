import type { MetricUnit } from '../../../core/evaluation/run/run-record.ts';
import { CALL_MEASURES, type CallMeasure, type SideColumns } from '../run/case-table.ts';
import type { RunIndex } from '../run/index-run.ts';
import { canBeBinary, isBinary } from '../run/judge-cases.ts';

/** A metric that both runs worked out in the same way, case by case. */
export interface ComparableMetric {
  readonly name: string;
  readonly unit: MetricUnit;
  readonly better: 'higher' | 'lower';
  /** Places in the columns of scores; -1 for what is no score but belongs to each answer. */
  readonly placeA: number;
  readonly placeB: number;
  readonly isQuality: boolean;
  readonly scoreOf: (side: SideColumns, place: number) => readonly number[];
}

export type IncomparableMetric =
  /** Worked out differently, so that a difference of figures would say nothing. */
  | { readonly metric: string; readonly why: 'signature'; readonly a: string; readonly b: string }
  /** Only of sets, not of single cases: nothing can be paired. */
  | { readonly metric: string; readonly why: 'set-only' }
  | { readonly metric: string; readonly why: 'only-a' | 'only-b' };

export interface MetricMatch {
  readonly comparable: readonly ComparableMetric[];
  readonly incomparable: readonly IncomparableMetric[];
}

/** Sorts the metrics of two runs. What belongs to every call (errors, latency, tokens, cost) comes last. */
export const comparableMetrics = (a: RunIndex, b: RunIndex): MetricMatch => {
  const comparable: ComparableMetric[] = [];
  const incomparable: IncomparableMetric[] = [];
  const inA = new Map(a.head.metrics.map((metric, place) => [metric.name, { ...metric, place }]));
  for (const [placeB, metric] of b.head.metrics.entries()) {
    const { name, unit, better, signature, perCase } = metric;
    const other = inA.get(name);
    inA.delete(name);
    if (other === undefined) {
      if (!isCallMeasure(name)) incomparable.push({ metric: name, why: 'only-b' });
    } else if (other.signature !== signature)
      incomparable.push({ metric: name, why: 'signature', a: other.signature, b: signature });
    else if (!hasScores(a.table.candidate, other.place) || !hasScores(b.table.candidate, placeB)) {
      // What answers carry by themselves is compared below, under the same name.
      if (!isCallMeasure(name)) incomparable.push({ metric: name, why: 'set-only' });
    } else
      comparable.push({
        name,
        unit,
        better,
        placeA: other.place,
        placeB,
        isQuality: perCase && (unit === 'share' || unit === 'score'),
        scoreOf: (side, place) => side.scores[place]!,
      });
  }
  for (const name of inA.keys()) if (!isCallMeasure(name)) incomparable.push({ metric: name, why: 'only-a' });
  for (const name of CALL_MEASURES) {
    if (comparable.some((one) => one.name === name)) continue;
    const scoreOf = (side: SideColumns): readonly number[] => side.calls[name];
    // Where it is the same number for every case (no error anywhere) there is nothing to show.
    const isKnown = [a, b].every(({ table }) =>
      scoreOf(table.candidate).some((value) => !Number.isNaN(value)),
    );
    const isZero = [a, b].every(({ table }) => scoreOf(table.candidate).every((value) => !(value > 0)));
    if (isKnown && !isZero)
      comparable.push({
        name,
        unit: units[name],
        better: 'lower',
        placeA: -1,
        placeB: -1,
        isQuality: false,
        scoreOf,
      });
  }
  return { comparable, incomparable };
};

const units: Readonly<Record<CallMeasure, MetricUnit>> = {
  error_rate: 'share',
  latency: 'ms',
  first_token: 'ms',
  tokens: 'tokens',
  cost: 'usd',
};

const isCallMeasure = (name: string): name is CallMeasure =>
  (CALL_MEASURES as readonly string[]).includes(name);

const hasScores = (side: SideColumns, place: number): boolean =>
  side.scores[place]!.some((score) => !Number.isNaN(score));

/** Those that say whether a case got better: the ones that score cases 0 or 1; where there are none, all that measure quality. */
export const decidingMetrics = (
  metrics: readonly ComparableMetric[],
  a: RunIndex,
  b: RunIndex,
): ComparableMetric[] => {
  const quality = metrics.filter(({ isQuality }) => isQuality);
  const binary = quality.filter(
    (one) =>
      canBeBinary(one) && isBinary(a.table.candidate, one.placeA) && isBinary(b.table.candidate, one.placeB),
  );
  return binary.length > 0 ? binary : quality;
};
