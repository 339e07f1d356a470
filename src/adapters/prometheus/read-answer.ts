import { z } from 'zod';
import { type MetricAnswer, trouble } from '../../core/metrics/metric-answer.ts';
import type { MetricRange } from '../../core/metrics/metric-plan.ts';
import { type MetricPoint, type MetricSeries, reduceSeries } from '../../core/metrics/reduce-series.ts';
import type { Reply } from './post-form.ts';

/** Seconds and a value as text, for JSON knows neither NaN nor infinity. */
const point = z.tuple([z.number(), z.string()]);

const data = z.discriminatedUnion('resultType', [
  // A native histogram comes without `value` or `values`.
  z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: point.optional() })) }),
  z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ values: z.array(point).optional() })),
  }),
  z.object({ resultType: z.literal('scalar'), result: point }),
  z.object({ resultType: z.literal('string'), result: z.unknown() }),
]);

const body = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), data, warnings: z.array(z.string()).optional() }),
  z.object({ status: z.literal('error'), errorType: z.string().optional(), error: z.string().optional() }),
]);

/** What Prometheus meant, after https://prometheus.io/docs/prometheus/latest/querying/api/ */
export const readAnswer = (reply: Reply, range: MetricRange | null, endMs: number): MetricAnswer => {
  const { status } = reply;
  if (status >= 300 && status < 400)
    return trouble('refused', `it answers ${status}, and redirects are not followed`);
  if (status === 401 || status === 403) return trouble('refused', `it answers ${status}`);
  const parsed = body.safeParse(jsonOf(reply.text));
  if (!parsed.success)
    return status >= 200 && status < 300
      ? trouble('not-understood', `it answers ${status} with ${reply.contentType}`)
      : trouble('refused', `it answers ${status}`);
  const said = parsed.data;
  if (said.status === 'error')
    return trouble('query-failed', `${said.errorType ?? 'error'}: ${said.error ?? 'nothing more'}`);
  if (status < 200 || status >= 300) return trouble('refused', `it answers ${status}`);
  const series = seriesOf(said.data, range, endMs);
  if (!Array.isArray(series)) return series;
  const answer = reduceSeries(series, range, endMs);
  const [warning] = said.warnings ?? [];
  return answer.kind === 'value' && warning !== undefined ? trouble('partial', warning) : answer;
};

type Trouble = ReturnType<typeof trouble>;

const seriesOf = (
  from: z.output<typeof data>,
  range: MetricRange | null,
  endMs: number,
): MetricSeries[] | Trouble => {
  const noNumber: MetricPoint = { atMs: endMs, value: Number.NaN };
  const wanted = range === null ? ['vector', 'scalar'] : ['matrix'];
  if (!wanted.includes(from.resultType))
    return trouble('query-failed', `the query yields a ${from.resultType}, not one value`);
  switch (from.resultType) {
    case 'vector':
      return from.result.map(({ value }) => [value === undefined ? noNumber : pointOf(value)]);
    case 'matrix':
      return from.result.map(({ values }) => values?.map(pointOf) ?? [noNumber]);
    default:
      return [[pointOf(from.result as z.output<typeof point>)]];
  }
};

const pointOf = ([atSeconds, text]: z.output<typeof point>): MetricPoint => ({
  atMs: atSeconds * 1_000,
  value: numberOf(text),
});

/** As Go writes floating-point numbers: digits, `NaN`, `+Inf`, `-Inf`. */
const numberOf = (text: string): number => {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return /^[+-]?[0-9.]+(e[+-]?[0-9]+)?$/i.test(text) ? Number(text) : Number.NaN;
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
