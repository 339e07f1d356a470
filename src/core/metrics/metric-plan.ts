/** What a policy demands of a number that somebody else measures, as a plan pins it. */
export interface MetricPlan {
  readonly name: string;
  /** Who is asked. Where that is, only the configuration of the control plane says. */
  readonly source: MetricSource;
  /** In the language of the source. Placeholders such as `${version}` are filled in at each poll. */
  readonly query: string;
  /** Null asks for one value, as of now. */
  readonly range: MetricRange | null;
  /** At least one of both is set. The bound itself is still good. */
  readonly min: number | null;
  readonly max: number | null;
  readonly everyMs: number;
  /** Polls in a row that decide, toward a rollback as toward moving on. */
  readonly polls: number;
}

export type MetricSource = 'prometheus';

export interface MetricRange {
  readonly windowMs: number;
  /** How the points of the window become one value. */
  readonly reduce: 'last' | 'mean' | 'max';
}
