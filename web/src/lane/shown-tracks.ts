import type { GuardReading, TrackReading } from '../api/shapes.ts';

/** While requests are only mirrored, every outcome is in a pair; its halves are the two tracks. */
export const shownTracks = ({
  stable,
  candidate,
  pairs,
}: GuardReading['stage']): Record<'stable' | 'candidate', TrackReading> => {
  if (pairs === undefined || candidate.started > 0) return { stable, candidate };
  const { both, stableOnly, candidateOnly, neither } = pairs;
  const known = both + stableOnly + candidateOnly + neither;
  const half = (bad: number): TrackReading => ({
    started: pairs.started ?? known,
    bad,
    good: known - bad,
    pending: (pairs.started ?? known) - known,
    ...(known > 0 && { badShare: bad / known }),
  });
  return { stable: half(both + stableOnly), candidate: half(both + candidateOnly) };
};
