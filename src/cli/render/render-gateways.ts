import type { LiveGatewayStatus } from '../../client/client.ts';
import { bytes, count, duration } from '../../client/figures.ts';
import { standingText } from '../../client/standing-text.ts';
import { textTable } from './text-table.ts';

export interface GatewaysView {
  /** Every address, not only those that are not used as usual. */
  readonly isWide: boolean;
  readonly nowMs: number;
}

/** The processes, and below them their addresses. */
export const renderGateways = (all: readonly LiveGatewayStatus[], view: GatewaysView): string => {
  if (all.length === 0) return 'There is no gateway process.';
  const gateways = all.toSorted((a, b) => a.gateway.localeCompare(b.gateway, 'en', { numeric: true }));
  const addresses = gateways.flatMap((one) => addressRows(one, view));
  const leftOut = gateways.reduce((sum, { live }) => sum + (live?.addressesLeftOut ?? 0), 0);
  return [
    textTable(
      [
        'GATEWAY',
        'ENVIRONMENT',
        'PID',
        'ADDRESS',
        'UP FOR',
        'ROUTES',
        'IN FLIGHT',
        'A SECOND',
        'OPEN',
        'MEMORY',
      ],
      gateways.map((one) => processRow(one, view)),
      [2, 6, 7, 8, 9],
    ),
    '',
    addresses.length === 0
      ? 'Every address takes requests as usual.'
      : textTable(
          ['GATEWAY', 'SERVICE', 'TRACK', 'RELEASE', 'ADDRESS', 'IN FLIGHT', 'STANDING'],
          addresses,
          [5],
        ),
    ...(leftOut === 0 ? [] : [`${count(leftOut)} more addresses are not looked at here.`]),
  ].join('\n');
};

const processRow = (one: LiveGatewayStatus, { nowMs }: GatewaysView): string[] => {
  const { gateway, environment, pid, address, connected, generation, live } = one;
  const routes = generation === null ? 'none' : `${generation.epoch}.${generation.seq}.${generation.cut}`;
  const known = [gateway, environment, String(pid), address];
  if (live === null)
    return [...known, connected ? 'does not answer' : 'not connected', routes, '', '', '', ''];
  return [
    ...known,
    duration(nowMs - live.startedAtMs),
    routes,
    count(live.inFlight),
    live.ratePerSecond >= 10 ? count(live.ratePerSecond) : live.ratePerSecond.toFixed(1),
    count(live.connections),
    bytes(live.residentBytes),
  ];
};

const addressRows = ({ gateway, live }: LiveGatewayStatus, { isWide }: GatewaysView): string[][] =>
  (live?.addresses ?? [])
    .filter(({ standing }) => isWide || standing !== 'in')
    .map(({ service, track, release, address, inFlight, standing }) => [
      gateway,
      service,
      track,
      release,
      address,
      count(inFlight),
      standingText(standing),
    ]);
