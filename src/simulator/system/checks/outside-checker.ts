import type { Wish } from '../scenario.ts';
import type { Report } from '../violation.ts';

/**
 * Knows what people asked, what they were answered and which release answered each request, and nothing else: no ledger, no
 * table, no clock but its own.
 */
export interface OutsideChecker {
  asked(person: string, wish: Wish): void;
  /** `rollout` is the one that ran when the command was answered, as far as the person could see. */
  acknowledged(wish: Wish, answer: Acknowledgement): void;
  /** A response came in, with its header. */
  answered(environment: string, service: string, gateway: string, version: string): void;
  /**
   * A control plane is gone. What it had only promised to record is lost with it where no gateway knows of the cut: there
   * the next one cannot know either.
   */
  controlPlaneDied(knowsOfCut: (environment: string) => boolean): void;
  /** Operators have restored a backup: what was acknowledged may be gone. */
  backupRestored(): void;
  /** For so long after now, the gateway may act on words that were said long ago. */
  gatewayHeldUp(gateway: string, untilMs: number): void;
}

export interface Acknowledgement {
  /** When the person asked. Whoever asked for something else meanwhile may have been served after it. */
  readonly askedAtMs: number;
  /** False: the control plane said that exposure is cut and the record is owed. */
  readonly recorded: boolean;
  /** Version of the lane in the answer. */
  readonly laneVersion: number | null;
  /** The command ended this release's rollout. */
  readonly ended: { readonly version: string; readonly isStable: boolean } | null;
}

interface NamedRelease {
  readonly lane: string;
  readonly release: string;
  /** Somebody has asked for it there. */
  isKnown: boolean;
}

const entry = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};

export const openOutsideChecker = (parts: {
  readonly nowMs: () => number;
  readonly leaseMs: (environment: string) => number;
  readonly isPromotedAutomatically: (environment: string) => boolean;
  readonly report: Report;
}): OutsideChecker => {
  const { nowMs, report } = parts;
  /** Lane and version to when somebody last asked for it there. */
  const wanted = new Map<string, number>();
  const wantedAnywhere = new Map<string, number>();
  const takenBack = new Map<string, { askedAtMs: number; atMs: number }>();
  const promisedOnly = new Set<string>();
  const owed = new Map<string, string>();
  const laneVersions = new Map<string, number>();
  const heldUp = new Map<string, number>();
  const promoted = new Map<string, number>();
  const wentBack = new Map<string, number>();
  /** What the network and the clocks of gateways may add. */
  const slackMs = 1_000;

  const laneOf = ({ environment, service }: { environment: string; service: string }): string =>
    `${environment}/${service}`;

  /** Answers are many: what each release is called is put together once. */
  const named = new Map<string, Map<string, Map<string, NamedRelease>>>();
  const nameOf = (environment: string, service: string, version: string): NamedRelease => {
    const versions = entry(
      entry(named, environment, () => new Map()),
      service,
      () => new Map(),
    );
    return entry(versions, version, () => {
      const lane = `${environment}/${service}`;
      return { lane, release: `${lane}/${version}`, isKnown: false };
    });
  };
  const isWanted = (environment: string, service: string, version: string): boolean =>
    wanted.has(`${environment}/${service}/${version}`) ||
    (wantedAnywhere.has(`${service}/${version}`) &&
      (promoted.has(service) || parts.isPromotedAutomatically(environment)));

  return {
    asked(_person, wish) {
      if (wish.what === 'ship') {
        wanted.set(`${laneOf(wish)}/${wish.version}`, nowMs());
        wantedAnywhere.set(`${wish.service}/${wish.version}`, nowMs());
      }
      if (wish.what === 'promote') promoted.set(wish.service, nowMs());
      if (wish.what === 'rollback') wentBack.set(laneOf(wish), nowMs());
    },
    acknowledged(wish, { askedAtMs, recorded, laneVersion, ended }) {
      if (!('service' in wish)) return;
      const lane = laneOf(wish);
      if (laneVersion !== null) {
        const known = laneVersions.get(lane) ?? 0;
        if (laneVersion < known)
          report(
            'outside',
            `${lane} was at version ${known} when a command was acknowledged, and is at ${laneVersion}`,
          );
        else laneVersions.set(lane, laneVersion);
      }
      if (ended === null || ended.isStable) return;
      const release = `${lane}/${ended.version}`;
      takenBack.set(release, { askedAtMs, atMs: nowMs() });
      if (recorded) {
        owed.delete(release);
        promisedOnly.delete(release);
      } else {
        owed.set(release, wish.environment);
        promisedOnly.add(release);
      }
    },
    answered(environment, service, gateway, version) {
      const name = nameOf(environment, service, version);
      const { lane, release } = name;
      name.isKnown ||= isWanted(environment, service, version);
      if (!name.isKnown) report('outside', `${release} answers, and nobody ever asked for it`);
      const back = takenBack.get(release);
      if (back === undefined || (heldUp.get(gateway) ?? 0) > nowMs()) return;
      const wantedAgainAtMs = Math.max(
        wanted.get(release) ?? 0,
        promoted.get(service) ?? 0,
        wentBack.get(lane) ?? 0,
        parts.isPromotedAutomatically(environment) ? nowMs() : 0,
      );
      if (wantedAgainAtMs >= back.askedAtMs) return;
      const sinceMs = nowMs() - back.atMs;
      if (sinceMs <= parts.leaseMs(environment) + slackMs) return;
      const how = promisedOnly.has(release) ? 'with its record owed' : 'and that was recorded';
      report(
        'outside',
        `${release} answers at ${gateway} ${Math.round(sinceMs)} ms after it was taken back, acknowledged ${how}`,
      );
    },
    controlPlaneDied(knowsOfCut) {
      for (const [release, environment] of owed) if (!knowsOfCut(environment)) takenBack.delete(release);
      owed.clear();
    },
    backupRestored() {
      takenBack.clear();
      laneVersions.clear();
    },
    gatewayHeldUp(gateway, untilMs) {
      heldUp.set(gateway, Math.max(heldUp.get(gateway) ?? 0, untilMs));
    },
  };
};
