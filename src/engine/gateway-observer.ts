import type { LaneInput } from '../core/rollout/inputs.ts';
import type { Hello } from '../core/routing/link.ts';
import type { Generation } from '../core/routing/table.ts';
import type { Clock } from '../ports/clock.ts';
import type { Gateways } from '../ports/gateways.ts';
import type { BudgetBoard } from './budget-board.ts';
import type { EvidenceKeeper } from './evidence-keeper.ts';
import type { LaneKey } from './lane-key.ts';
import type { Lanes } from './lanes.ts';
import type { RoutePublisher } from './route-publisher.ts';
import type { TrafficKeeper } from './traffic-keeper.ts';
import type { UsageKeeper } from './usage-keeper.ts';

/** Turns what gateways report into observations of the lanes they are about. Returns how to stop. */
export const observeGateways = (parts: {
  gateways: Gateways;
  lanes: Lanes;
  routes: RoutePublisher;
  evidence: EvidenceKeeper;
  traffic: Pick<TrafficKeeper, 'take' | 'forsake'>;
  usage: Pick<UsageKeeper, 'take' | 'forsake'>;
  budgets: Pick<BudgetBoard, 'take'>;
  clock: Clock;
  actor: string;
  tell: (key: LaneKey, input: LaneInput) => void;
  look: (key: LaneKey) => void;
  /** A gateway holds these rollouts back, and nobody may have recorded why. */
  adoptCuts: (environment: string, generation: Generation, rollouts: readonly string[]) => void;
  /** A gateway has dialled in; it has no lease yet. */
  connected: () => void;
  /** A gateway has taken a table or is gone. */
  routesMoved: () => void;
  /** Counts or evidence have moved. */
  figuresMoved: () => void;
}): (() => void) => {
  const { gateways, lanes, routes, evidence } = parts;
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

  const meet = (hello: Pick<Hello, 'boot' | 'environment' | 'generation' | 'cut'>): void => {
    const { boot, environment, generation } = hello;
    // What it has in force may not be on its disk yet. It says so once it is, for it is given the newest table again now.
    routes.follows(boot, environment, null);
    const held = routes.cutsOf(hello);
    if (generation !== null && held.length > 0) parts.adoptCuts(environment, generation, held);
  };

  // Those that had dialled in before anybody listened.
  for (const status of gateways.list()) if (status.connected) meet(status);

  return gateways.listen({
    connected(hello) {
      meet(hello);
      parts.connected();
      const { tripped: stopped, gateway } = hello;
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
      parts.traffic.take(environment, boot, frame);
      parts.usage.take(environment, boot, frame);
      parts.budgets.take(environment, frame);
      for (const rollout of evidence.take(environment, boot, frame)) aboutRollout(rollout, parts.look);
      parts.figuresMoved();
    },
    tripped(_environment, boot, { rollout, cause, detail }) {
      tripped(rollout, boot, cause, detail);
    },
    lost(_environment, boot) {
      routes.forget(boot);
      parts.traffic.forsake(boot);
      parts.usage.forsake(boot);
      for (const rollout of evidence.forsake(boot)) aboutRollout(rollout, parts.look);
      parts.routesMoved();
    },
  });
};
