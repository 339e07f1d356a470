import { type MetricAnswer, trouble } from '../../core/metrics/metric-answer.ts';
import { rangeGrid } from '../../core/metrics/range-grid.ts';
import type { MetricQuestion, Metrics } from '../../ports/metrics.ts';
import { postForm } from './post-form.ts';
import { readAnswer } from './read-answer.ts';

export interface PrometheusOptions {
  /** Origin and path prefix, without a trailing slash. From the configuration of the server and from nowhere else. */
  readonly address: string;
  /** For one answer as a whole. */
  readonly timeoutMs: number;
  /** Looked up at each question and sent as a bearer token; the function says null when there is none where it should be. Null sends none. */
  readonly token: (() => Promise<string | null>) | null;
}

/**
 * Asks a Prometheus, or whatever speaks its HTTP API (Thanos, Mimir, VictoriaMetrics). Instant queries go to `/api/v1/query`, ranges to
 * `/api/v1/query_range`.
 */
export const openPrometheus = ({ address, timeoutMs, token }: PrometheusOptions): Metrics => ({
  async ask(question, signal): Promise<MetricAnswer> {
    const bearer = token === null ? null : await token().catch(() => null);
    if (token !== null && bearer === null) return trouble('unconfigured', 'its token is not set');
    if (bearer !== null && !/^[\x21-\x7e]+$/.test(bearer))
      return trouble('unconfigured', 'its token is empty or holds characters that no header can carry');
    const reply = await postForm({
      url: `${address}/api/v1/${question.range === null ? 'query' : 'query_range'}`,
      form: formOf(question, timeoutMs),
      bearer,
      timeoutMs,
      signal,
    });
    return reply.kind === 'problem' ? reply : readAnswer(reply, question.range, question.atMs);
  },
});

const formOf = ({ query, range, atMs }: MetricQuestion, timeoutMs: number): URLSearchParams => {
  const form = new URLSearchParams({ query, timeout: `${timeoutMs}ms` });
  if (range === null) return form;
  const { startMs, stepMs, endMs } = rangeGrid(range, atMs);
  form.set('start', seconds(startMs));
  form.set('end', seconds(endMs));
  form.set('step', seconds(stepMs));
  return form;
};

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);
