import type { Stage } from '../../core/rollout/plan.ts';
import { ratePerSecondAt } from './arrivals.ts';
import { SLICE_MS } from './simulated-cohort.ts';
import type { TrafficWorld } from './world.ts';

export interface SliceLengths {
  readonly durationMs: number;
  /** A slice lasts this part of the time since the exposure changed last, but at least `leastSliceMs`. Default 0.01. */
  readonly sliceShare?: number;
  /** The same in stages that are not left on evidence. Default: `sliceShare`. */
  readonly soakSliceShare?: number;
  /** Default 250 ms, or the time in which one request is expected where that is longer. */
  readonly leastSliceMs?: number;
  /** The shortest slices are so long that the candidate is expected to get so many requests, or copies of them, in one. Default: none. */
  readonly leastSeen?: number;
}

/** Grows with the age of the exposure, and never steps over a moment at which something is due. */
export const sliceEnd = (
  { arrivals }: TrafficWorld,
  stage: Stage | undefined,
  exposure: {
    readonly candidateShare: number;
    readonly mirrorShare: number;
    readonly sinceMs: number;
    readonly enteredAtMs: number;
  },
  atMs: number,
  { sliceShare = 0.01, soakSliceShare = sliceShare, leastSliceMs, leastSeen = 0, durationMs }: SliceLengths,
): { readonly toMs: number; readonly isDue: boolean; readonly leastMs: number } => {
  const { candidateShare, mirrorShare, sinceMs, enteredAtMs } = exposure;
  const rate = ratePerSecondAt(arrivals, atMs);
  const least =
    leastSliceMs ?? Math.max(SLICE_MS, rate > 0 ? Math.min(LONGEST_LEAST_MS, 1_000 / rate) : 1_000);
  const seenRate = rate * Math.max(candidateShare, mirrorShare);
  const longestMs = Math.min(LONGEST_LEAST_MS, (stage?.timeoutMs ?? Infinity) / LOOKS_BEFORE_TIMEOUT);
  const seenMs = seenRate > 0 ? Math.min(longestMs, (leastSeen * 1_000) / seenRate) : 0;
  const growth = stage?.gates.some(({ type }) => type === 'evidence') === false ? soakSliceShare : sliceShare;
  const leastMs = Math.max(least, seenMs);
  const wished = atMs + Math.max(leastMs, growth * (atMs - sinceMs));
  const due = (stage === undefined ? [] : momentsOf(stage)).map((afterMs) => enteredAtMs + afterMs);
  const next = Math.min(durationMs, ...due.filter((moment) => moment > atMs));
  return { toMs: Math.min(wished, next), isDue: next <= wished, leastMs };
};

const LONGEST_LEAST_MS = 3_600_000;
const LOOKS_BEFORE_TIMEOUT = 20;

const momentsOf = ({ minimumMs, timeoutMs, gates }: Stage): number[] => [
  minimumMs,
  ...(timeoutMs === null ? [] : [timeoutMs]),
  ...gates.flatMap((gate) => (gate.type === 'soak' ? [gate.durationMs] : [])),
];
