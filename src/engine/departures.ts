import { type Digest, shortDigest } from '../core/digest.ts';
import type { Clock } from '../ports/clock.ts';
import type { Catalog } from './catalog.ts';
import type { LaneKey } from './lane-key.ts';

/**
 * When something that nobody is sent to any more may stop. A gateway that has new routes may still be waiting for answers
 * to requests it assigned under the old ones; how long they can last is the service's time-out for a whole answer.
 */
export interface Departures {
  /** Has every answer of the workload come, as far as anybody can know? False as long as it is in a route table. */
  hasLeft(id: string): boolean;
  /** The same for some of its replicas, while the release itself goes on and so tells nothing by its last request. */
  haveReplicasLeft(id: string, release: Digest): boolean;
  /** It is routed again, or gone. */
  forget(id: string): void;
}

/** By then a gateway has told of the requests it had assigned before it let go of a release. */
const lastWordMs = 250;

export const openDepartures = (ports: {
  catalog: Catalog;
  clock: Clock;
  /** Every gateway of the environment follows the newest table. */
  isUnrouted: (environment: string) => boolean;
  /** When any gateway last sent a request to the release (ms since the epoch); 0 when none did. */
  lastAssignedAtMs: (key: LaneKey, release: Digest) => number;
}): Departures => {
  const { catalog, clock } = ports;
  const unroutedSince = new Map<string, number>();

  const longestRequestMs = (release: Digest): number =>
    catalog.byDigest.get(release)?.manifest.traffic.timeouts.totalMs ?? 0;

  const sinceWhen = (id: string): number | null => {
    const [environment = ''] = id.split('.');
    const since = unroutedSince.get(id) ?? (ports.isUnrouted(environment) ? clock.nowMs() : null);
    if (since !== null) unroutedSince.set(id, since);
    return since;
  };

  const answeredAtMs = (id: string): number => {
    const [environment = '', service = '', short] = id.split('.');
    const release = [...catalog.byDigest.keys()].find((digest) => shortDigest(digest) === short);
    if (release === undefined) return 0;
    const assignedAtMs = ports.lastAssignedAtMs({ environment, service }, release);
    return assignedAtMs === 0 ? 0 : assignedAtMs + longestRequestMs(release);
  };

  return {
    hasLeft(id) {
      const since = sinceWhen(id);
      return since !== null && clock.nowMs() >= Math.max(since, answeredAtMs(id)) + lastWordMs;
    },
    haveReplicasLeft(id, release) {
      const since = sinceWhen(id);
      return since !== null && clock.nowMs() >= since + longestRequestMs(release) + lastWordMs;
    },
    forget: (id) => void unroutedSince.delete(id),
  };
};
