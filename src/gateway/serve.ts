import { answerUser } from './answer-user.ts';
import { assign, placeOfKey } from './assign.ts';
import { draw } from './draw.ts';
import type { Exchange } from './exchange.ts';
import { finish } from './finish.ts';
import { mirror } from './mirror.ts';
import type { Parts } from './parts.ts';
import { sendProblem } from './problem.ts';
import type { LiveTrack } from './snapshot.ts';
import { stickyKey } from './sticky.ts';

/** Assigns a request to a track and sees it through to its answer. */
export function serve(parts: Parts, exchange: Exchange): void {
  const { service, res } = exchange;
  const nowMs = performance.now();
  exchange.startedAtMs = nowMs;
  exchange.atMs = Date.now();
  parts.inFlight += 1;

  const share = parts.exposure.shareOf(service, nowMs);
  exchange.share = share;
  const track = drawTrack(exchange, share);
  exchange.id = parts.ids.next(exchange.atMs, track?.counts.slot ?? 0);
  if (track === null) {
    exchange.status = 503;
    finish(parts, exchange, 'refused');
    sendProblem(res, 'nothing-exposed', `No release of "${service.route.service}" takes traffic here now.`, {
      'tidegate-invocation': exchange.id,
    });
    return;
  }
  exchange.assigned = track;
  track.counts.lastAssignedAtMs = exchange.atMs;
  track.counts.hasChanged = true;

  if (service.candidate !== null) {
    const cohort = parts.cohorts.at(service.route.service, service.candidate.route, share, nowMs);
    exchange.outcome = parts.outcomes.start(cohort, track.track, nowMs);
    exchange.outcome.answeredBy = track.counts;
    parts.outcomes.follow(exchange.outcome, exchange.id);
    if (track.track === 'stable') mirror(parts, exchange, nowMs);
  }
  res.once('close', () => {
    if (!exchange.isFinished) clientLeft(parts, exchange);
  });
  answerUser(parts, exchange, track);
}

function drawTrack(exchange: Exchange, share: number): LiveTrack | null {
  const { service, req } = exchange;
  const { stable, candidate } = service;
  const { key, setCookie } = stickyKey(service.route.sticky, req.headers);
  exchange.setCookie = setCookie;
  if (candidate === null) return stable;
  let place: number;
  if (key === null) place = draw();
  else {
    place = placeOfKey(candidate.route.salt, key);
    exchange.stickyHash = place.toString(32).slice(2, 12);
  }
  return assign(place, share) === 'candidate' ? candidate : stable;
}

function clientLeft(parts: Parts, exchange: Exchange): void {
  exchange.call?.abort();
  const { outcome, comparing } = exchange;
  if (outcome !== null) {
    // How the answer would have ended is unknown for either track, so a mirrored request proves nothing either.
    if (outcome.pair !== null) parts.outcomes.unpair(outcome.pair);
    parts.outcomes.settle(outcome, 'errors', false);
    parts.outcomes.settleSlowNow(outcome, performance.now());
  }
  comparing?.stable(null);
  if (exchange.status === 0) exchange.status = 499;
  finish(parts, exchange, 'client-left');
}
