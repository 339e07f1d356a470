import type { Exchange } from '../exchange.ts';
import { finish } from '../finish.ts';
import { breakOff } from '../http/break-off.ts';
import type { Parts } from '../parts.ts';
import type { LiveTrack } from '../routes/snapshot.ts';
import type { KeptAnswer } from './answer-store.ts';

/** Answers with what the release said before, under an invocation of its own. */
export function sendKept(
  parts: Parts,
  exchange: Exchange,
  track: LiveTrack,
  { headers, body, from, keptAtMs }: KeptAnswer,
  nowMs: number,
): void {
  const { res, service, setCookie } = exchange;
  exchange.isSpared = true;
  exchange.sparedBy = from;
  exchange.answering = track;
  exchange.answeringSinceMs = nowMs;
  exchange.status = 200;
  const list = [
    ...headers,
    'content-length',
    String(body.length),
    'age',
    String(Math.floor((nowMs - keptAtMs) / 1000)),
    'tidegate-invocation',
    exchange.id,
    'tidegate-release',
    track.label,
    'tidegate-cache',
    'hit',
  ];
  if (setCookie !== null) list.push('set-cookie', setCookie);
  if (parts.isDraining) list.push('connection', 'close');
  res.writeHead(200, list);
  finish(parts, exchange, 'complete');
  res.end(body);
  // A client that does not read would hold the answer in memory for ever, also when the cache has let it go.
  if (res.writableLength > 0) res.setTimeout(service.route.timeouts.idleMs, () => breakOff(res));
}
