/** One mirrored request waiting for its turn. Exactly one of `send` and `cancel` is called, once. */
export interface MirrorJob {
  readonly rollout: string;
  readonly bytes: number;
  /** Starts the request; `done` is to be called when it is over. */
  send(done: () => void): void;
  cancel(): void;
}

export interface MirrorQueue {
  /** False when there is no room: the caller counts a drop. Never starts anything before the caller has returned. */
  offer(job: MirrorJob): boolean;
  cancelAllBut(rollouts: ReadonlySet<string>): void;
  waiting(): number;
}

export interface MirrorQueueSpec {
  readonly waitingAtMost: number;
  readonly waitingBytesAtMost: number;
  readonly concurrency: number;
}

/** Mirrored requests have a place of their own, so that a slow candidate fills this queue and nothing else. */
export function openMirrorQueue({
  waitingAtMost,
  waitingBytesAtMost,
  concurrency,
}: MirrorQueueSpec): MirrorQueue {
  let waiting: MirrorJob[] = [];
  let waitingBytes = 0;
  let running = 0;
  let isScheduled = false;

  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(pump);
  };
  const pump = (): void => {
    isScheduled = false;
    while (running < concurrency) {
      const job = waiting.shift();
      if (job === undefined) return;
      waitingBytes -= job.bytes;
      running += 1;
      let isDone = false;
      job.send(() => {
        if (isDone) return;
        isDone = true;
        running -= 1;
        if (waiting.length > 0) schedule();
      });
    }
  };

  return {
    offer(job) {
      if (waiting.length >= waitingAtMost || waitingBytes + job.bytes > waitingBytesAtMost) return false;
      waiting.push(job);
      waitingBytes += job.bytes;
      schedule();
      return true;
    },
    cancelAllBut(rollouts) {
      const gone = waiting.filter(({ rollout }) => !rollouts.has(rollout));
      if (gone.length === 0) return;
      waiting = waiting.filter(({ rollout }) => rollouts.has(rollout));
      for (const job of gone) {
        waitingBytes -= job.bytes;
        job.cancel();
      }
    },
    waiting: () => waiting.length,
  };
}
