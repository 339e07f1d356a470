import type { LaneState, ServedSince } from './state.ts';

/** The newest earlier release that was never taken back here; null when there is none. */
export const rollbackTarget = (lane: LaneState): ServedSince | null =>
  lane.history.find(({ release }) => release !== lane.stable?.release && !lane.condemned.includes(release)) ??
  null;
