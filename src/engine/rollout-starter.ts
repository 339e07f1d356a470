import type { LaneInput } from '../core/rollout/inputs.ts';
import { rollbackTarget } from '../core/rollout/rollback-target.ts';
import type { LaneState } from '../core/rollout/state.ts';
import type { TrafficCounts } from '../core/routing/link.ts';
import { TidegateError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { Acting, ShipRequest } from './acting.ts';
import type { Catalog, ReleaseRecord } from './catalog.ts';
import type { Environment } from './environments.ts';
import type { LaneKey } from './lane-key.ts';
import type { Lanes } from './lanes.ts';
import { orderRollout } from './orders.ts';

export interface Started {
  readonly rollout: string;
  /** False: exposure was reduced at once and the ledger is still owed the record. */
  readonly recorded: boolean;
}

/** Everything that begins a rollout: shipping, promoting, going back, and the promotion that nobody has to ask for. */
export interface RolloutStarter {
  environment(name: string): Environment;
  ship(request: ShipRequest): Promise<Started>;
  promote(key: LaneKey, by: Acting): Promise<Started & { readonly key: LaneKey }>;
  /** Goes back to a release that served here before; for the time after a rollout. */
  goBack(key: LaneKey, by: Acting, to: string | undefined): Promise<Started>;
  /** Takes what has become stable on to the next environment where its owner wants that. Repeating it starts nothing twice. */
  promoteAutomatically(key: LaneKey): void;
}

type Beginning = ShipRequest & { kind: 'ship' | 'promote' | 'rollback'; origin: string | null };

export const openRolloutStarter = (parts: {
  environments: readonly Environment[];
  lanes: Lanes;
  catalog: Catalog;
  clock: Clock;
  ids: Ids;
  traffic: (key: LaneKey) => readonly TrafficCounts[];
  handle: (key: LaneKey, input: LaneInput, expectedVersion?: number) => Promise<boolean>;
  failed: (error: unknown) => void;
}): RolloutStarter => {
  const { environments, lanes, catalog, ids } = parts;
  const promoting = new Set<string>();

  const environment = (name: string): Environment => {
    const found = environments.find((one) => one.name === name);
    if (found !== undefined) return found;
    const names = environments.map((one) => one.name).join(', ');
    throw new TidegateError('not-found', `There is no environment ${name}; there are ${names}.`);
  };

  const next = (name: string): Environment | undefined =>
    environments[environments.findIndex((one) => one.name === name) + 1];

  const begin = async (request: Beginning): Promise<Started> => {
    const key = { service: request.service, environment: request.environment };
    const rollout = request.rollout ?? ids.next('ro');
    const { order, whenRunning } = orderRollout({
      rollout,
      salt: ids.secret(),
      kind: request.kind,
      record: findRelease(catalog, request.service, request.release),
      environment: environment(request.environment),
      lane: lanes.get(key),
      traffic: parts.traffic(key),
      origin: request.origin,
      reason: request.reason ?? null,
    });
    const at = { atMs: parts.clock.nowMs(), actor: request.actor };
    const input = { type: 'start', order, whenRunning, ...at } as const;
    return { rollout, recorded: await parts.handle(key, input, request.expectedVersion) };
  };

  return {
    environment,
    ship: (request) => begin({ ...request, kind: 'ship', origin: null }),
    async promote(key, { expectedVersion, ...by }) {
      const target = next(environment(key.environment).name);
      if (target === undefined)
        throw new TidegateError('not-now', `${key.environment} is the last environment.`);
      const { stable, version } = lanes.get(key);
      if (stable === null)
        throw new TidegateError('not-now', `Nothing serves ${key.service} in ${key.environment} yet.`);
      if (expectedVersion !== undefined && expectedVersion !== version)
        throw new TidegateError(
          'conflict',
          `${key.service} in ${key.environment} has changed since you looked.`,
        );
      const to = { service: key.service, environment: target.name };
      const origin = stable.rollout;
      return {
        key: to,
        ...(await begin({ ...by, ...to, release: stable.release, kind: 'promote', origin })),
      };
    },
    async goBack(key, by, to) {
      const lane = lanes.get(key);
      const release =
        to === undefined
          ? rollbackTarget(lane)?.release
          : servedBefore(lane, findRelease(catalog, key.service, to));
      if (release === undefined)
        throw new TidegateError(
          'no-rollback-target',
          `${key.service} in ${key.environment} has no earlier release to go back to.`,
        );
      if (release === lane.stable?.release)
        throw new TidegateError('not-now', 'That release already serves here.');
      return begin({ ...by, ...key, release, kind: 'rollback', origin: null });
    },
    promoteAutomatically(key) {
      const target = next(key.environment);
      const here = environments.find(({ name }) => name === key.environment);
      const { ended, stable } = lanes.get(key);
      const last = ended[0];
      if (here?.promote !== 'automatic' || target === undefined || stable === null) return;
      if (last?.outcome !== 'completed' || last.order.kind === 'rollback') return;
      if (stable.rollout !== last.order.rollout) return;
      // The id follows from where it came from, so a repetition after a crash is the same rollout.
      const rollout = `${last.order.rollout}-${target.name}`;
      const to = { service: key.service, environment: target.name };
      if (promoting.has(rollout) || lanes.get(to).stable?.release === stable.release) return;
      promoting.add(rollout);
      begin({
        ...to,
        release: stable.release,
        rollout,
        actor: last.actor,
        reason: `promoted from ${key.environment}`,
        kind: 'promote',
        origin: last.order.rollout,
      }).catch(parts.failed);
    },
  };
};

const findRelease = (catalog: Catalog, service: string, release: string): ReleaseRecord => {
  const releases = catalog.services.get(service)?.releases ?? [];
  const plain = release.replace(/^v/, '');
  const found = releases.find((record) => record.release === release || record.manifest.version === plain);
  if (found !== undefined) return found;
  throw new TidegateError('not-found', `Service ${service} has no release ${release}.`, {
    todo: `\`tidegate list releases ${service}\` shows them.`,
  });
};

/** Going back skips the gates, so it only leads to what has passed them here and was not taken back since. */
const servedBefore = (lane: LaneState, { release, manifest }: ReleaseRecord): ReleaseRecord['release'] => {
  const isKnown = [lane.stable, ...lane.history].some((served) => served?.release === release);
  if (isKnown && !lane.condemned.includes(release)) return release;
  throw new TidegateError(
    'no-rollback-target',
    isKnown
      ? `Release ${manifest.version} was taken back here.`
      : `Release ${manifest.version} never served here, so its gates have not passed.`,
    { todo: 'Ship it, so that it goes through the gates.' },
  );
};
