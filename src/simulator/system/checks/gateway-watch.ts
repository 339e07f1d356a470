import type { ToGateway } from '../../../core/routing/link.ts';
import {
  type CandidateRoute,
  compareGenerations,
  type Generation,
  type RouteTable,
} from '../../../core/routing/table.ts';
import type { GatewayProcess, RouteDisk } from '../gateway-process.ts';
import type { LedgerTruth } from '../ledger-truth.ts';
import type { Served } from '../served-request.ts';
import type { Report } from '../violation.ts';

/** Watches one run of one gateway process: what it was told, what it follows, whom it sends to. */
export interface GatewayWatch {
  hears(message: ToGateway): void;
  tookForce(table: RouteTable, isFromDisk: boolean): void;
  applied(generation: Generation): void;
  served(served: Served): void;
  /** A request found no table to be served under. */
  unserved(service: string): void;
}

/** Here is one audience only, so who has none has more. */
const isMore = (before: CandidateRoute | null, after: CandidateRoute): boolean =>
  after.share > (before?.share ?? 0) ||
  (after.share > 0 && before?.audience !== undefined && after.audience === undefined);

export const watchGateway = (parts: {
  readonly gateway: () => GatewayProcess;
  readonly disk: RouteDisk;
  readonly nowMs: () => number;
  readonly truth: LedgerTruth;
  /** The release that answers at an address. */
  readonly releaseAt: (address: string) => { readonly release: string; readonly label: string } | null;
  readonly report: Report;
}): GatewayWatch => {
  const { disk, truth, report } = parts;
  const bornWith = disk.table;
  const startedAtMs = parts.nowMs();
  let inForce: RouteTable | null = null;
  /** When a control plane last stood by the table in force; never by a table from disk. */
  let wordAtMs = Number.NEGATIVE_INFINITY;
  let heard: Generation | null = null;
  let newest: { readonly table: RouteTable; readonly atMs: number } | null = null;

  /** Newest requests of each rollout under its present share. */
  const recent = new Map<string, { share: number; seen: { atMs: number; isCandidate: boolean }[] }>();

  /** A gateway keeps the share of single requests within twice the share of the draw, once it has seen enough. */
  const checkCeiling = (rollout: string, share: number, isCandidate: boolean, about: () => string): void => {
    const known = recent.get(rollout);
    const list = known?.share === share ? known : { share, seen: [] };
    recent.set(rollout, list);
    list.seen.push({ atMs: parts.nowMs(), isCandidate });
    // The gateway forgets in steps of half a second.
    const first = list.seen.findIndex(({ atMs }) => atMs > parts.nowMs() - 10_000);
    list.seen.splice(0, Math.max(0, first));
    const whole = list.seen;
    const latest = whole.filter(({ atMs }) => atMs > parts.nowMs() - 9_500);
    if (!isCandidate || latest.length < 230) return;
    const partOf = (some: typeof whole): number => some.filter((one) => one.isCandidate).length / some.length;
    const part = Math.min(partOf(whole), partOf(latest));
    if (part > Math.max(2 * share, share + 0.01) + 0.05)
      report(
        'I2',
        `${about()}: the candidate gets ${part.toFixed(2)} of the requests, its share is ${share}`,
      );
  };

  const name = (): string => parts.gateway().name;
  const text = ({ epoch, seq, cut }: Generation): string => `${epoch}.${seq}.${cut}`;

  return {
    hears(message) {
      if (message.type === 'routes') {
        heard = message.table.generation;
        if (newest === null || compareGenerations(newest.table.generation, heard) < 0)
          newest = { table: message.table, atMs: parts.nowMs() };
      }
      if (
        message.type === 'lease' &&
        inForce !== null &&
        compareGenerations(message.generation, inForce.generation) === 0
      )
        wordAtMs = parts.nowMs();
    },
    tookForce(table, isFromDisk) {
      if (inForce !== null && compareGenerations(table.generation, inForce.generation) < 0)
        report('I8', `${name()} went back from ${text(inForce.generation)} to ${text(table.generation)}`);
      const raises = Object.values(table.services).some(
        ({ service, candidate }) =>
          candidate !== null && isMore(inForce?.services[service]?.candidate ?? null, candidate),
      );
      if (!isFromDisk && raises && disk.table !== table)
        report('I2', `${name()} raised exposure with ${text(table.generation)} before it was on its disk`);
      if (!isFromDisk) wordAtMs = parts.nowMs();
      inForce = table;
      // A candidate that comes back, as after a backup, is judged by what it gets from then on.
      const shown = new Set(Object.values(table.services).map(({ candidate }) => candidate?.rollout));
      for (const rollout of recent.keys()) if (!shown.has(rollout)) recent.delete(rollout);
    },
    applied(generation) {
      const now = parts.gateway().generation();
      if (now === null || compareGenerations(now, generation) < 0)
        report('I2', `${name()} said it follows ${text(generation)} before it did`);
      if (disk.table === null || compareGenerations(disk.table.generation, generation) < 0)
        report('I8', `${name()} said it follows ${text(generation)} and would forget it in a restart`);
    },
    served({ service, track, table, place, ring, label, address, isMirrored }) {
      const about = (): string => `${name()} for ${service} under ${text(table.generation)}`;
      if (table !== inForce) report('I2', `${about()}: not the table in force`);
      const present = parts.gateway().generation();
      if (present !== null && compareGenerations(table.generation, present) < 0)
        report('I2', `${about()}: an older table than the one it has`);
      const route = table.services[service];
      if (route === undefined) return;
      const { candidate, stable } = route;
      if (stable !== null && track === null)
        report('I5', `${about()}: nobody answers, although stable is routed`);
      if (track === 'candidate' || isMirrored) {
        if (candidate === null) {
          report('I2', `${about()}: sent to a candidate that it does not name`);
          return;
        }
        if (candidate.audience !== undefined && stable !== null && ring !== 'beta')
          report('I2', `${about()}: a request from outside its audience went to the candidate`);
        const share = stable === null && candidate.share > 0 ? 1 : candidate.share;
        if (track === 'candidate' && place >= share)
          report('I2', `${about()}: a request at ${place} went to the candidate, whose share is ${share}`);
        if (route.sticky !== null && stable !== null && !isMirrored)
          checkCeiling(candidate.rollout, share, true, about);
        const told = newest?.table.services[service]?.candidate;
        const isTakenBack =
          track === 'candidate' && (told?.rollout !== candidate.rollout || told.share === 0);
        if (newest !== null && isTakenBack && parts.nowMs() - newest.atMs > 300)
          report('I2', `${about()}: was told to take the candidate back, and waits for its disk`);
        const silentMs = parts.nowMs() - wordAtMs;
        if (silentMs >= candidate.leaseMs)
          report(
            'I2',
            `${about()}: sent to the candidate ${silentMs} ms after the last word, lease ${candidate.leaseMs}`,
          );
        const { epoch, seq } = table.generation;
        const facts = truth.at(epoch, seq, `lane/${table.environment}/${service}`);
        if (facts.rollout?.id !== candidate.rollout)
          report('I1', `${about()}: sent to ${candidate.releaseVersion}, and the ledger lets nobody`);
      } else if (
        candidate !== null &&
        // Who is outside is not drawn, and not counted.
        (candidate.audience === undefined || ring === 'beta') &&
        route.sticky !== null &&
        stable !== null &&
        // Without a lease nobody is drawn, and so nothing is counted either.
        parts.nowMs() - wordAtMs < candidate.leaseMs
      )
        checkCeiling(candidate.rollout, candidate.share, false, about);
      if (label === null) {
        if (track !== null) report('I7', `${about()}: an answer that names no release`);
        return;
      }
      const from = address === null ? null : parts.releaseAt(address);
      if (from !== null && from.label !== label)
        report('I7', `${about()}: an answer of ${from.label} is named ${label}`);
    },
    unserved(service) {
      // It needs a moment to read its disk.
      if (parts.nowMs() - startedAtMs < 50) return;
      // What a control plane takes out of the table is gone by right, as after a backup that is older than it.
      if (inForce === null && bornWith?.services[service] !== undefined)
        report('I5', `${name()} has forgotten ${service}, which it served before its restart`);
      if (heard !== null && inForce === null && disk.slowUntilMs < parts.nowMs() - 100)
        report('I5', `${name()} was told ${text(heard)} and serves nothing`);
    },
  };
};
