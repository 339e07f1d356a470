import type { RunProgress } from '../../evaluate/run-evaluation/run-evaluation.ts';
import type { CliIo } from '../cli-io.ts';

export interface EvalProgress {
  readonly show: (progress: RunProgress) => void;
  /** Leaves the terminal as it should be for what comes next. */
  readonly end: () => void;
}

/** Without a terminal, a line so often. */
const PLAIN_EVERY_MS = 10_000;

/** How an evaluation gets on, on standard error: one line drawn anew on a terminal, otherwise a line every ten seconds. */
export const openEvalProgress = (io: Pick<CliIo, 'err' | 'canAsk' | 'columns' | 'nowMs'>): EvalProgress => {
  const startedMs = io.nowMs();
  let shownAtMs = startedMs;
  let isLineOpen = false;
  let last = '';
  let isEnding = false;
  return {
    show(progress) {
      const nowMs = io.nowMs();
      const text = progressText(progress, nowMs - startedMs);
      if (io.canAsk) {
        // A terminal that does not say how wide it is says 0.
        const line = text.slice(0, (io.columns > 20 ? io.columns : 80) - 1);
        if (line === last) return;
        io.err(`\r\x1b[2K${line}`);
        isLineOpen = true;
        last = line;
      } else if (nowMs - shownAtMs >= PLAIN_EVERY_MS || (progress.lastCalls !== undefined && !isEnding)) {
        io.err(`${text}\n`);
        shownAtMs = nowMs;
        isEnding = progress.lastCalls !== undefined;
      }
    },
    end() {
      if (isLineOpen) io.err('\r\x1b[2K');
      isLineOpen = false;
    },
  };
};

/** `412 of 2000  0.5 % errors  31/s  51 s left  $0.42`. */
export const progressText = (progress: RunProgress, elapsedMs: number): string => {
  const { done, total, errors, doneBefore, usd, waitMs, stage, lastCalls } = progress;
  if (lastCalls !== undefined)
    return `waiting for ${lastCalls} ${lastCalls === 1 ? 'call' : 'calls'}; Ctrl-C again to cut ${lastCalls === 1 ? 'it' : 'them'}  ${done} of ${total}`;
  if (stage !== undefined) return `${stage.what}  ${Math.floor(stage.share * 100)} %`;
  const perSecond = elapsedMs < 500 ? 0 : ((done - doneBefore) / elapsedMs) * 1000;
  const parts = [`${done} of ${total}`, `${errors} ${errors === 1 ? 'error' : 'errors'}`];
  if (perSecond > 0) {
    parts.push(`${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)}/s`);
    if (done < total) parts.push(`${timeText((total - done) / perSecond)} left`);
  }
  if (usd !== null) parts.push(`$${usd < 1 ? usd.toFixed(4) : usd.toFixed(2)}`);
  if (waitMs !== null) parts.push(`rate limited, waiting ${timeText(waitMs / 1000)}`);
  return parts.join('  ');
};

const timeText = (seconds: number): string => {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
};
