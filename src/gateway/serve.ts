import { answerUser } from './answer-user.ts';
import { assign, digestOfKey, placeOf } from './assignment/assign.ts';
import { draw } from './assignment/draw.ts';
import type { Membership } from './assignment/membership.ts';
import type { Exchange } from './exchange.ts';
import { finish } from './finish.ts';
import { sendProblem } from './http/problem.ts';
import { emptyCapture } from './mirror/captured-answer.ts';
import { mirror } from './mirror/mirror.ts';
import type { Parts } from './parts.ts';
import type { LiveCandidate, LiveTrack } from './routes/snapshot.ts';
import { beginTrace } from './telemetry/tracing.ts';

/** Assigns a request to a track and sees it through to its answer. */
export function serve(parts: Parts, exchange: Exchange): void {
  const { service, res } = exchange;
  const nowMs = performance.now();
  exchange.startedAtMs = nowMs;
  exchange.atMs = Date.now();
  parts.inFlight += 1;

  const { candidate } = service;
  // Whoever is outside the audience cannot get the candidate, so what happens to them is no control for those who can.
  const isOutside = candidate?.isInAudience != null && !isInAudience(candidate.isInAudience, exchange);
  exchange.share = isOutside ? 0 : parts.exposure.shareOf(service, nowMs);
  const track = drawTrack(parts, exchange, nowMs);
  exchange.trace = beginTrace(parts.tracing, exchange);
  exchange.id = parts.ids.next(exchange.atMs, track?.counts.slot ?? 0);
  if (track === null) {
    exchange.status = 503;
    parts.refused['nothing-exposed'] += 1;
    finish(parts, exchange, 'refused');
    sendProblem(res, 'nothing-exposed', `No release of "${service.route.service}" takes traffic here now.`, {
      'tidegate-invocation': exchange.id,
    });
    return;
  }
  exchange.assigned = track;
  track.counts.lastAssignedAtMs = exchange.atMs;
  track.counts.hasChanged = true;
  if (isOutside) track.counts.outside += 1;

  if (candidate !== null && !isOutside && isEvidence(parts, exchange, candidate.route.rollout, nowMs)) {
    beginEvidence(parts, exchange, candidate, nowMs);
    if (track.track === 'stable') mirror(parts, exchange, nowMs);
  }
  if (service.route.capture !== undefined && parts.payloads.wants(exchange, parts.inFlight)) {
    exchange.capture ??= emptyCapture();
    exchange.capture.keepsBeginning = true;
  }
  res.once('close', () => {
    if (!exchange.isFinished) clientLeft(parts, exchange);
  });
  if (service.route.cache !== undefined && parts.caches.answers(parts, exchange, track)) return;
  answerUser(parts, exchange, track);
}

const isInAudience = (membership: Membership, { req, claims, keyId }: Exchange): boolean =>
  membership({ headers: req.headers, claims, keyId });

function drawTrack(parts: Parts, exchange: Exchange, nowMs: number): LiveTrack | null {
  const { service, req, body, claims, share } = exchange;
  const { stable, candidate } = service;
  if (service.sticky !== null && (candidate !== null || service.sticky.givesCookie)) {
    const { key, setCookie } = service.sticky.read({ headers: req.headers, body, claims });
    exchange.setCookie = setCookie;
    if (candidate !== null && key !== null) exchange.keyDigest = digestOfKey(candidate.route.salt, key);
  }
  if (candidate === null) return stable;
  const place = exchange.keyDigest === null ? draw() : placeOf(exchange.keyDigest);
  const drawn = assign(place, share) === 'candidate' ? candidate : stable;
  // Draws of single requests keep to the share by themselves.
  if (service.route.sticky === null || share === 0 || stable === null) return drawn;
  const { rollout } = candidate.route;
  exchange.isCeilingReached = parts.ceiling.binds(rollout, share, nowMs);
  exchange.isOverflow = exchange.isCeilingReached && drawn === candidate;
  if (exchange.isOverflow) {
    candidate.counts.overflowed += 1;
    candidate.counts.hasChanged = true;
  }
  const track = exchange.isOverflow ? stable : drawn;
  parts.ceiling.count(rollout, track === candidate);
  return track;
}

/** Decided on the past alone. While the ceiling is reached that holds for both tracks: to leave out one of them would favour the other. */
function isEvidence(parts: Parts, exchange: Exchange, rollout: string, nowMs: number): boolean {
  const { service, keyId, isCeilingReached } = exchange;
  const isLeftOut = keyId !== null && parts.keyRule.leavesOut(rollout, keyId, nowMs);
  const { counts } = exchange.assigned!;
  // Where not every request is asked by itself, those that are have been drawn: see docs/adr/0012.
  if (service.evidenceShare < 1 && draw() >= service.evidenceShare) {
    counts.unsampled += 1;
    isFirstOfKey(parts, exchange);
    return false;
  }
  if (isLeftOut) {
    counts.leftOut += 1;
    // Its sticky key has been seen all the same: a later request of it is not its first.
    isFirstOfKey(parts, exchange);
  } else if (isCeilingReached) counts.atCeiling += 1;
  return !isLeftOut && !isCeilingReached;
}

function isFirstOfKey(parts: Parts, exchange: Exchange): boolean {
  const { service, share, keyDigest, isCeilingReached } = exchange;
  const { route } = service.candidate!;
  // Without a share nothing was drawn, and so far the key has met stable only.
  if (keyDigest === null || share === 0 || isCeilingReached || route.readings.unit !== 'key') return false;
  if (parts.firstRequests.isFirst(route, keyDigest)) return true;
  if (parts.firstRequests.isOneTooMany(route, keyDigest)) exchange.assigned!.counts.unfollowedKeys += 1;
  return false;
}

function beginEvidence(parts: Parts, exchange: Exchange, { route }: LiveCandidate, nowMs: number): void {
  const { service, share, keyId, id } = exchange;
  const { track, counts } = exchange.assigned!;
  const cohort = parts.cohorts.at(service.route.service, route, share, nowMs);
  const outcome = parts.outcomes.start(cohort, track, nowMs, isFirstOfKey(parts, exchange));
  outcome.keyId = keyId;
  outcome.answeredBy = counts;
  exchange.outcome = outcome;
  parts.outcomes.follow(outcome, id);
  exchange.checking = parts.answerChecks.begin(exchange, outcome);
  if (exchange.checking !== null) exchange.capture = emptyCapture();
}

function clientLeft(parts: Parts, exchange: Exchange): void {
  exchange.call?.abort();
  const { outcome, comparing } = exchange;
  if (outcome !== null) parts.outcomes.clientLeft(outcome, performance.now());
  comparing?.stable(null);
  if (exchange.status === 0) exchange.status = 499;
  finish(parts, exchange, 'client-left');
}
