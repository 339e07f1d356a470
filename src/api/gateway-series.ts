import type { MeasuredGateway } from '../ports/gateways.ts';
import { type MergedSeries, mergeSeries, type SeriesSource } from '../telemetry/merge-series.ts';

/** As much as Prometheus takes in at one scrape without trouble; some tens of megabytes of text. */
const LINES_AT_MOST = 200_000;

/** What all gateways say about themselves, each under its name, beside what the control plane knows of them. */
export const gatewaySeries = (all: readonly MeasuredGateway[], version: string): MergedSeries['families'] => {
  const gateways = oneOfEachName(all);
  const own: SeriesSource = {
    labels: {},
    families: [
      {
        name: 'tidegate_control_plane_info',
        kind: 'gauge',
        help: 'The control plane that answers.',
        series: [{ labels: { version, node: process.version }, value: 1 }],
      },
      {
        name: 'tidegate_gateway_up',
        kind: 'gauge',
        help: 'Whether a gateway process has said what it counts.',
        series: gateways.map(({ environment, gateway, measures }) => ({
          labels: { environment, gateway },
          value: measures === null ? 0 : 1,
        })),
      },
    ],
  };
  const { families, leftOut } = mergeSeries(
    [
      own,
      ...gateways.flatMap(({ environment, gateway, measures }) =>
        measures === null ? [] : [{ labels: { environment, gateway }, families: measures.families }],
      ),
    ],
    LINES_AT_MOST,
  );
  return [
    ...families,
    {
      name: 'tidegate_series_left_out',
      kind: 'gauge',
      help: 'Lines that found no room in this text.',
      series: [{ labels: {}, value: leftOut }],
    },
  ];
};

/** While a process takes the place of another both may be here; two series of one name would spoil the whole scrape. */
const oneOfEachName = (all: readonly MeasuredGateway[]): MeasuredGateway[] => {
  const newest = new Map<string, MeasuredGateway>();
  const startOf = ({ measures }: MeasuredGateway): number => measures?.live.startedAtMs ?? -1;
  for (const one of all) {
    const key = `${one.environment} ${one.gateway}`;
    const known = newest.get(key);
    if (known === undefined || startOf(one) > startOf(known)) newest.set(key, one);
  }
  return [...newest.values()];
};
