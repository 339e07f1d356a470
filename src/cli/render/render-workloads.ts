import type { LaneView } from '../../client/client.ts';
import { textTable } from './text-table.ts';

/** The replicas of a lane, for `-o wide`. */
export const renderWorkloads = ({ workloads, gateway, stable, rollout }: LaneView): string => {
  const versionOf = (release: string): string =>
    [stable, rollout?.order, rollout?.baseline].find((one) => one?.release === release)?.releaseVersion ??
    release.slice(0, 19);
  const rows = workloads.map(({ release, ready, wanted, addresses, failure }) => [
    versionOf(release),
    `${ready}/${wanted}`,
    failure ?? (addresses.join(' ') || 'no address yet'),
  ]);
  return `gateway ${gateway}\n${textTable(['RELEASE', 'READY', 'ADDRESSES'], rows)}`;
};
