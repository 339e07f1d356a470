import { isWithin } from '../../core/audience/is-within.ts';
import type { CandidateRoute, RouteTable, ServiceRoute } from '../../core/routing/table.ts';

/**
 * The new table without anything that would send a candidate more than the old table does: what it takes away is gone, what
 * it adds is left out. The very same table when it adds nothing.
 */
export function limitExposure(from: RouteTable | null, to: RouteTable): RouteTable {
  const services = Object.values(to.services).map((service) =>
    limitService(from?.services[service.service] ?? null, service),
  );
  return services.every((service) => service === to.services[service.service])
    ? to
    : { ...to, services: Object.fromEntries(services.map((service) => [service.service, service])) };
}

const limitService = (before: ServiceRoute | null, to: ServiceRoute): ServiceRoute => {
  if (to.candidate === null) return to;
  const candidate = limitCandidate(before?.candidate ?? null, to.candidate);
  // Without stable beside it a candidate would get every request, whatever its share.
  const losesStable = to.stable === null && before?.stable != null && to.candidate.share > 0;
  if (candidate === to.candidate && !losesStable) return to;
  return { ...to, candidate, stable: losesStable ? before.stable : to.stable };
};

/** The very same when its audience is within the one before. */
const limitAudience = (before: CandidateRoute, to: CandidateRoute): CandidateRoute => {
  const [was, becomes] = [before.audience ?? null, to.audience ?? null];
  if (isWithin(becomes, was)) return to;
  // Neither holds the other: nobody is certainly in both.
  if (was === null || !isWithin(was, becomes)) return { ...to, share: 0, mirrorShare: 0 };
  const share = Math.min(to.share, before.share);
  return { ...to, share, mirrorShare: Math.min(to.mirrorShare, before.mirrorShare), audience: was };
};

const limitCandidate = (before: CandidateRoute | null, to: CandidateRoute): CandidateRoute | null => {
  if (before?.rollout !== to.rollout) return to.share === 0 && to.mirrorShare === 0 ? to : null;
  const limited = limitAudience(before, to);
  if (limited !== to) return limited;
  const share = Math.min(to.share, before.share);
  const mirrorShare = Math.min(to.mirrorShare, before.mirrorShare);
  // It stays in the table with nothing at all: what is remembered about its rollout would be forgotten without it.
  return share === to.share && mirrorShare === to.mirrorShare ? to : { ...to, share, mirrorShare };
};
