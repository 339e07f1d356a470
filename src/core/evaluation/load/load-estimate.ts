import type { LevelEstimate } from '../requirements/level-estimate.ts';
import { BLOCKS, blockPercentile, blockRate, blockShare } from './block-estimates.ts';
import type { LoadMeasure } from './load-measures.ts';
import type { LoadCall } from './load-plan.ts';

/** The measured part of a stage, in milliseconds since it began. */
export interface LoadWindow {
  readonly fromMs: number;
  readonly lengthMs: number;
}

/**
 * One figure of a load stage. Latencies and errors are those of the requests that were to be sent within the window; whoever got no answer
 * had the worst latency there is, `timeoutMs`, or failing would be quicker than answering. Throughput and tokens count what was
 * answered to its end within the window. Null where nothing was measured.
 */
export const loadEstimate = (
  calls: readonly LoadCall[],
  measure: LoadMeasure,
  { fromMs, lengthMs }: LoadWindow,
  timeoutMs: number,
): LevelEstimate | null => {
  const isWithin = (atMs: number): boolean => atMs >= fromMs && atMs < fromMs + lengthMs;
  const sent = calls
    .filter(({ intendedMs }) => isWithin(intendedMs))
    .sort((a, b) => a.intendedMs - b.intendedMs);
  const percentile = (latencyOf: (call: LoadCall) => number | null, at: number): LevelEstimate | null => {
    const values = sent.flatMap((call) => {
      const value = call.outcome === 'answer' ? latencyOf(call) : timeoutMs;
      return value === null ? [] : Math.min(value, timeoutMs);
    });
    return blockPercentile(values, at, [0, timeoutMs]);
  };
  switch (measure.kind) {
    case 'latency':
      return percentile(({ latencyMs }) => latencyMs, measure.at);
    case 'first-token':
      return percentile(({ firstTokenMs }) => firstTokenMs, measure.at);
    case 'error-share':
      return blockShare(sent.map(({ outcome }) => outcome !== 'answer'));
    case 'throughput':
    case 'tokens': {
      const perSlice = new Array<number>(BLOCKS).fill(0);
      let answers = 0;
      let counted = 0;
      for (const call of calls) {
        const endedMs = call.intendedMs + call.latencyMs;
        if (call.outcome !== 'answer' || !isWithin(endedMs)) continue;
        answers += 1;
        if (call.outputTokens !== null) counted += 1;
        const slice = Math.min(BLOCKS - 1, Math.floor(((endedMs - fromMs) / lengthMs) * BLOCKS));
        perSlice[slice]! += measure.kind === 'tokens' ? (call.outputTokens ?? 0) : 1;
      }
      if (sent.length === 0 || (measure.kind === 'tokens' && counted === 0)) return null;
      return blockRate(perSlice, lengthMs / BLOCKS, answers);
    }
  }
};
