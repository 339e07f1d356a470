import { ADDRESS_STANDINGS } from '../../core/telemetry/measures.ts';
import type { SeriesFamily } from '../../core/telemetry/series-family.ts';
import { addressStanding } from './address-standing.ts';
import { shownAddress, type UsedAddress } from './used-addresses.ts';

/** What the gateway thinks of each address that it sends requests to. `nowMs` is monotonic. */
export function addressSeries(used: readonly UsedAddress[], nowMs: number): SeriesFamily[] {
  const labelled = used.map((one) => ({
    ...one,
    labels: {
      service: one.service,
      release: one.track.label,
      track: one.track.track,
      address: shownAddress(one.upstream),
    },
    standing: addressStanding(one.upstream, one.care, nowMs),
  }));
  return [
    {
      name: 'tidegate_address_standing',
      kind: 'gauge',
      help: 'How an address is treated now: 1 for the standing that it has, 0 for the others.',
      series: labelled.flatMap(({ labels, standing }) =>
        ADDRESS_STANDINGS.map((one) => ({
          labels: { ...labels, standing: one },
          value: one === standing ? 1 : 0,
        })),
      ),
    },
    {
      name: 'tidegate_address_ejections',
      kind: 'counter',
      help: 'How often an address was passed over for its answers.',
      series: labelled.map(({ labels, upstream }) => ({ labels, value: upstream.health.ejectionsInAll })),
    },
    {
      name: 'tidegate_address_requests_in_flight',
      kind: 'gauge',
      help: 'Requests that an address is working on.',
      series: labelled.map(({ labels, upstream }) => ({ labels, value: upstream.inFlight })),
    },
  ];
}
