import type { LiveService, LiveTrack } from '../../routes/snapshot.ts';

/** What is remembered of a request of which spans are collected. */
export interface RequestSpans {
  /** One for each release that was asked, in order. */
  readonly attempts: Attempt[];
}

export interface Attempt {
  readonly spanId: string;
  readonly track: LiveTrack;
  readonly via: LiveService;
  /** Monotonic. */
  readonly startedAtMs: number;
  /** Monotonic; null while it is under way. */
  endedAtMs: number | null;
  /** 0: there was none. */
  status: number;
  /** In one word; null where nothing went wrong. */
  error: string | null;
  /** Requests to other addresses of the release after the first had failed. */
  resends: number;
}

export const beginRequestSpans = (): RequestSpans => ({ attempts: [] });
