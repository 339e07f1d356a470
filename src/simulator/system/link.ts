import type { FromGateway, ToGateway } from '../../core/routing/link.ts';
import type { RandomSource } from './random-source.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What the network between one gateway and the control plane is like now. */
export interface LinkConditions {
  /** No connection can be made. */
  isCut: boolean;
  /** Nothing arrives before then, on either side; it arrives in order afterwards. */
  stalledUntilMs: number;
  /** What has come so far and waits for the end of that, in order. */
  held: (() => void)[];
  /** Share of messages that are lost, arrive twice or overtake others. */
  roughShare: number;
}

/** One connection between a gateway process and a control plane. */
export interface Link {
  isUp(): boolean;
  toGateway(message: ToGateway): void;
  toControlPlane(message: FromGateway): void;
  /** `isAbrupt` loses what is on its way; otherwise it still arrives, as it does when one end closes a socket. */
  close(isAbrupt: boolean): void;
}

export const openLink = (parts: {
  readonly time: VirtualTime;
  readonly random: RandomSource;
  readonly conditions: LinkConditions;
  readonly gatewayHears: (message: ToGateway) => void;
  readonly controlPlaneHears: (message: FromGateway) => void;
  readonly closed: () => void;
}): Link => {
  const { time, random, conditions } = parts;
  let isUp = true;
  let isLost = false;
  const lastDueMs = { gateway: 0, controlPlane: 0 };

  const arrive = (deliver: () => void): void => {
    if (isLost) return;
    if (conditions.stalledUntilMs > time.nowMs()) conditions.held.push(() => arrive(deliver));
    else deliver();
  };
  const carry = (to: keyof typeof lastDueMs, deliver: () => void): void => {
    if (!isUp) return;
    const delayMs = random.between(0.2, 4);
    if (conditions.roughShare > 0 && random.chance(conditions.roughShare)) {
      const fate = random.whole(0, 2);
      if (fate === 0) return;
      time.after(random.between(1, 1_500), () => arrive(deliver));
      if (fate === 1) return;
    }
    const dueMs = Math.max(lastDueMs[to], time.nowMs() + delayMs);
    lastDueMs[to] = dueMs;
    time.after(dueMs - time.nowMs(), () => arrive(deliver));
  };

  return {
    isUp: () => isUp,
    toGateway: (message) => carry('gateway', () => parts.gatewayHears(message)),
    toControlPlane: (message) => carry('controlPlane', () => parts.controlPlaneHears(message)),
    close(isAbrupt) {
      isLost ||= isAbrupt;
      if (!isUp) return;
      isUp = false;
      parts.closed();
    },
  };
};
