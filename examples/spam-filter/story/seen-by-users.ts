import type { TrafficStats } from '../traffic/traffic-stats.ts';

/** What users got between two moments, by the release that answered. */
export interface SeenByUsers {
  readonly requests: number;
  /** Requests without a usable answer: connection errors and any status but 200. */
  readonly errors: number;
  readonly byVersion: Readonly<Record<string, { readonly answers: number; readonly wrong: number }>>;
}

export const seenBetween = (before: TrafficStats, after: TrafficStats): SeenByUsers => {
  const byVersion: Record<string, { answers: number; wrong: number }> = {};
  let unusable = 0;
  for (const [release, stats] of Object.entries(after.byRelease)) {
    const earlier = before.byRelease[release] ?? { answered: 0, wrong: 0, errors: 0 };
    const answers = stats.answered - earlier.answered;
    unusable += stats.errors - earlier.errors;
    const version = release.split('@')[0] ?? release;
    if (answers > 0) byVersion[version] = { answers, wrong: stats.wrong - earlier.wrong };
  }
  return {
    requests: after.answered + after.connectionErrors - before.answered - before.connectionErrors,
    errors: unusable + after.connectionErrors - before.connectionErrors,
    byVersion,
  };
};
