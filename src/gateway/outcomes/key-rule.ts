/**
 * Keeps one client that fails again and again from deciding a rollout: its requests fail on whichever track they fall, and are no
 * independent draws. Once an API key has had so many bad outcomes, on both tracks together, its further requests
 * in the same window are no evidence. That follows from the past alone, before the request's own track and outcome are known.
 */
export interface KeyRule {
  /** To be asked once for each request that came with an authenticated key. */
  leavesOut(rollout: string, keyId: string, nowMs: number): boolean;
  /** A request of this key has turned out bad; to be told once for each request. */
  noteBad(rollout: string, keyId: string, nowMs: number): void;
  /** Forgets every other rollout. */
  retain(rollouts: ReadonlySet<string>): void;
}

interface Window {
  endsAtMs: number;
  /** Bad outcomes by each key that was active. */
  badByKey: Map<string, number>;
  isOn: boolean;
}

const BAD_AT_MOST = 10;
/** With fewer clients than that, leaving one out would leave little. */
const KEYS_AT_LEAST = 20;

export function openKeyRule({ windowMs }: { readonly windowMs: number }): KeyRule {
  const byRollout = new Map<string, Window>();

  const windowOf = (rollout: string, nowMs: number): Window => {
    let window = byRollout.get(rollout);
    if (window === undefined) {
      window = { endsAtMs: nowMs + windowMs, badByKey: new Map(), isOn: false };
      byRollout.set(rollout, window);
    } else if (nowMs >= window.endsAtMs) {
      // After a silence the window before this one was empty.
      window.isOn = nowMs < window.endsAtMs + windowMs && window.badByKey.size >= KEYS_AT_LEAST;
      window.endsAtMs = nowMs + windowMs;
      window.badByKey = new Map();
    }
    return window;
  };

  return {
    leavesOut(rollout, keyId, nowMs) {
      const { badByKey, isOn } = windowOf(rollout, nowMs);
      const bad = badByKey.get(keyId);
      if (bad === undefined) {
        badByKey.set(keyId, 0);
        return false;
      }
      return isOn && bad >= BAD_AT_MOST;
    },
    noteBad(rollout, keyId, nowMs) {
      const { badByKey } = windowOf(rollout, nowMs);
      const bad = badByKey.get(keyId);
      // Late news of a key that asks for nothing any more does not make it active.
      if (bad !== undefined) badByKey.set(keyId, bad + 1);
    },
    retain(rollouts) {
      for (const rollout of byRollout.keys()) if (!rollouts.has(rollout)) byRollout.delete(rollout);
    },
  };
}
