/** Numbers of one name that a process counts about itself, as Prometheus and OpenMetrics know them. */
export interface SeriesFamily {
  /** Without the endings that a format puts behind it (`_total`, `_bucket`). */
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Upper bounds of the buckets of a histogram, ascending, without the last, which has none. */
  readonly bounds?: readonly number[];
  readonly series: readonly Series[];
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Of a histogram the sum of what was observed. */
  readonly value: number;
  /** Of a histogram: how many fell into each bucket, one more than there are bounds. Not added up. */
  readonly counts?: readonly number[];
}
