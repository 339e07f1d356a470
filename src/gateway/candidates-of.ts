import type { CandidateRoute } from '../core/routing/table.ts';
import type { Snapshot } from './routes/snapshot.ts';

/** The candidates on the routes, by their rollouts. */
export function candidatesOf(snapshot: Snapshot | null): Map<string, CandidateRoute> {
  const candidates = new Map<string, CandidateRoute>();
  for (const { candidate } of snapshot?.services.values() ?? []) {
    if (candidate !== null) candidates.set(candidate.route.rollout, candidate.route);
  }
  return candidates;
}
