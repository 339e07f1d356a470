import type { LaneInput } from '../core/rollout/inputs.ts';
import type { Generation } from '../core/routing/table.ts';
import type { Clock } from '../ports/clock.ts';
import type { Gateways } from '../ports/gateways.ts';
import type { EvidenceKeeper } from './evidence-keeper.ts';
import type { LaneKey } from './lane-key.ts';
import type { Lanes } from './lanes.ts';
import type { Reductions } from './reductions.ts';
import type { RoutePublisher } from './route-publisher.ts';

/** Turns what gateways report into observations of the lanes they are about. Returns how to stop. */
export const observeGateways = (parts: {
  gateways: Gateways;
  lanes: Lanes;
  routes: RoutePublisher;
  reductions: Reductions;
  evidence: EvidenceKeeper;
  clock: Clock;
  actor: string;
  tell: (key: LaneKey, input: LaneInput) => void;
  look: (key: LaneKey) => void;
  /** A gateway has taken a table or is gone. */
  routesMoved: () => void;
  /** Counts or evidence have moved. */
  figuresMoved: () => void;
}): (() => void) => {
  const { gateways, lanes, routes, evidence, reductions } = parts;
  const at = () => ({ atMs: parts.clock.nowMs(), actor: parts.actor });

  const aboutRollout = (rollout: string, then: (key: LaneKey) => void): void => {
    const lane = lanes.all().find(({ state }) => state.rollout?.order.rollout === rollout);
    if (lane !== undefined) then(lane.key);
  };

  const tripped = (
    rollout: string,
    gateway: string,
    cause: 'unreachable' | 'evidence',
    detail: string,
  ): void =>
    aboutRollout(rollout, (key) =>
      parts.tell(key, { type: 'tripped', rollout, gateway, cause, detail, ...at() }),
    );

  /** Exposure was reduced for a reason that died with the process that knew it; it stays reduced. */
  const adoptCut = (environment: string, cut: number): void => {
    reductions.adopt(environment, routes.recordedSeq(environment), cut);
    for (const { key, state } of lanes.all()) {
      if (key.environment !== environment || state.rollout === null || state.rollout.stage < 0) continue;
      const reason = 'Exposure was cut before a restart, when the ledger could not record it.';
      parts.tell(key, { type: 'rollback', reason, ...at() });
    }
  };

  const meet = (boot: string, environment: string, generation: Generation | null): void => {
    routes.follows(boot, environment, generation);
    if (generation !== null && routes.isUnrecordedCut(environment, generation))
      adoptCut(environment, generation.cut);
  };

  // Those that had dialled in before anybody listened.
  for (const { connected, boot, environment, generation } of gateways.list())
    if (connected) meet(boot, environment, generation);

  return gateways.listen({
    connected({ boot, environment, generation, tripped: stopped, gateway }) {
      meet(boot, environment, generation);
      for (const rollout of stopped)
        tripped(
          rollout,
          gateway,
          'evidence',
          'it had stopped the candidate while the control plane was away',
        );
    },
    applied(environment, boot, generation, accepted) {
      if (accepted) routes.follows(boot, environment, generation);
      parts.routesMoved();
    },
    frame(environment, boot, frame) {
      for (const rollout of evidence.take(environment, boot, frame)) aboutRollout(rollout, parts.look);
      parts.figuresMoved();
    },
    tripped(_environment, boot, { rollout, cause, detail }) {
      tripped(rollout, boot, cause, detail);
    },
    lost(_environment, boot) {
      routes.forget(boot);
      for (const rollout of evidence.forsake(boot)) aboutRollout(rollout, parts.look);
      parts.routesMoved();
    },
  });
};
