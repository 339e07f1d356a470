import type { Series, SeriesFamily } from '../core/telemetry/series-family.ts';

/** `prometheus`: text format 0.0.4. `openmetrics`: OpenMetrics 1.0, without units, exemplars and times of creation. */
export type SeriesFormat = 'prometheus' | 'openmetrics';

export const SERIES_MEDIA_TYPES: Readonly<Record<SeriesFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/**
 * Families as text. Both formats give a series the same name and labels, so that a scraper may change over. Formats:
 * https://prometheus.io/docs/instrumenting/exposition_formats/ and RFC draft "OpenMetrics".
 */
export function renderSeries(families: readonly SeriesFamily[], format: SeriesFormat): string {
  const parts: string[] = [];
  for (const { name, kind, help, bounds = [], series } of families) {
    if (series.length === 0) continue;
    // The older format knows no families: it announces the very name of the lines below.
    const announced = format === 'prometheus' && kind === 'counter' ? `${name}_total` : name;
    parts.push(`# HELP ${announced} ${escapeHelp(help, format)}\n# TYPE ${announced} ${kind}\n`);
    for (const one of series) {
      const labels = labelsText(one.labels);
      if (kind === 'histogram') parts.push(histogramText(name, labels, one, bounds));
      else
        parts.push(
          `${name}${kind === 'counter' ? '_total' : ''}${braced(labels)} ${numberText(one.value)}\n`,
        );
    }
  }
  if (format === 'openmetrics') parts.push('# EOF\n');
  return parts.join('');
}

function histogramText(
  name: string,
  labels: string,
  { value, counts = [] }: Series,
  bounds: readonly number[],
): string {
  const lead = labels === '' ? '' : `${labels},`;
  let text = '';
  let count = 0;
  for (let at = 0; at <= bounds.length; at += 1) {
    count += counts[at] ?? 0;
    const bound = at < bounds.length ? boundText(bounds[at]!) : '+Inf';
    text += `${name}_bucket{${lead}le="${bound}"} ${numberText(count)}\n`;
  }
  return `${text}${name}_sum${braced(labels)} ${numberText(value)}\n${name}_count${braced(labels)} ${numberText(count)}\n`;
}

const labelsText = (labels: Series['labels']): string =>
  Object.entries(labels)
    .map(([label, value]) => `${label}="${escapeLabel(value)}"`)
    .join(',');

const braced = (labels: string): string => (labels === '' ? '' : `{${labels}}`);

const escapeLabel = (text: string): string => escapeLines(text).replaceAll('"', '\\"');

const escapeHelp = (text: string, format: SeriesFormat): string =>
  format === 'openmetrics' ? escapeLabel(text) : escapeLines(text);

const escapeLines = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('\r', ' ').replaceAll('\n', '\\n');

/** As OpenMetrics writes a bound: Prometheus before 3.0 takes "1" and "1.0" for two buckets. */
const boundText = (bound: number): string => (Number.isInteger(bound) ? `${bound}.0` : numberText(bound));

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return Number.isNaN(value) ? 'NaN' : String(value);
}
