/** One answer that may be given again. */
export interface KeptAnswer {
  readonly key: string;
  /** Digest of the release that gave it. */
  readonly release: string;
  /** Names and values in turn, as they go out. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** The invocation it was given to first. */
  readonly from: string;
  /** Monotonic. */
  readonly keptAtMs: number;
  readonly endsAtMs: number;
}

/** The kept answers of one service in this process: bounded in bytes, the ones unused longest go first. */
export interface AnswerStore {
  /** Null when there is none, or its time is over. */
  take(key: string, nowMs: number): KeptAnswer | null;
  /** Not kept: an answer larger than the whole store, or of a release that is not on the routes. */
  keep(answer: KeptAnswer): void;
  /** Whose answers may be kept, and how many bytes of them; all others are gone at once. As many may be held besides. */
  allow(releases: ReadonlySet<string>, bytesAtMost: number, heldBytesAtMost?: number): void;
  /** Makes room for a part of an answer that is on its way; false when too much is held already. */
  hold(bytes: number): boolean;
  /** Gives back what was held. */
  letGo(bytes: number): void;
  /** Drops what is over. */
  sweep(nowMs: number): void;
  counts(): {
    readonly answers: number;
    readonly bytes: number;
    readonly heldBytes: number;
    readonly evicted: number;
  };
}

/** What an answer takes beside its own bytes, roughly: the key, the entry of the map and the objects. */
const OVERHEAD_BYTES = 512;

const bytesOf = ({ headers, body }: KeptAnswer): number =>
  headers.reduce((sum, text) => sum + text.length, body.length + OVERHEAD_BYTES);

export function openAnswerStore(): AnswerStore {
  // In the order of their last use: a Map keeps the order in which keys were put in.
  const answers = new Map<string, KeptAnswer>();
  let releases: ReadonlySet<string> = new Set();
  let bytesAtMost = 0;
  let bytes = 0;
  let heldBytes = 0;
  let heldBytesAtMost = 0;
  let evicted = 0;

  const drop = (answer: KeptAnswer): void => {
    if (answers.delete(answer.key)) bytes -= bytesOf(answer);
  };
  const shrink = (): void => {
    for (const answer of answers.values()) {
      if (bytes <= bytesAtMost) return;
      drop(answer);
      evicted += 1;
    }
  };
  return {
    take(key, nowMs) {
      const answer = answers.get(key);
      if (answer === undefined) return null;
      if (nowMs >= answer.endsAtMs) {
        drop(answer);
        return null;
      }
      answers.delete(key);
      answers.set(key, answer);
      return answer;
    },
    keep(answer) {
      if (!releases.has(answer.release) || bytesOf(answer) > bytesAtMost) return;
      const before = answers.get(answer.key);
      if (before !== undefined) drop(before);
      answers.set(answer.key, answer);
      bytes += bytesOf(answer);
      shrink();
    },
    hold(more) {
      if (heldBytes + more > heldBytesAtMost) return false;
      heldBytes += more;
      return true;
    },
    letGo(less) {
      heldBytes -= less;
    },
    allow(allowed, most, heldMost = most) {
      releases = allowed;
      bytesAtMost = most;
      heldBytesAtMost = heldMost;
      for (const answer of answers.values()) if (!allowed.has(answer.release)) drop(answer);
      shrink();
    },
    sweep(nowMs) {
      for (const answer of answers.values()) if (nowMs >= answer.endsAtMs) drop(answer);
    },
    counts: () => ({ answers: answers.size, bytes, heldBytes, evicted }),
  };
}
