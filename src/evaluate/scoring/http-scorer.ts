import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import type { OwnScorer } from '../../core/evaluation/run/evaluation-plan.ts';
import { retryAfterMs } from '../target/retry-after.ts';
import { ownScorerReply } from './own-scorer-reply.ts';
import type { ScoreOutput } from './scored.ts';

export interface HttpScorer {
  readonly score: ScoreOutput;
  readonly close: () => Promise<void>;
}

/** Of an endpoint that is too busy and says no more than that. */
const FIRST_WAIT_MS = 250;

/**
 * Posts `{"case", "output"}` and reads `{"score", "reason"}`. 429 and 503 are asked again after as long as `retry-after` says (else 0.25 s, 0.5 s, 1 s and
 * so on), and all others wait as long. The time-out is for all attempts at a case with the waiting between them, but not for waiting that another
 * case's refusal has set; nothing else is tried twice.
 */
export const httpScorer = (
  url: string,
  headers: Readonly<Record<string, string>>,
  own: OwnScorer,
): HttpScorer => {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: own.timeoutMs } });
  const { origin, pathname, search } = new URL(url);
  let pausedUntilMs = 0;
  return {
    score: async (one, output, signal) => {
      const { position: _, ...rest } = one;
      const body = JSON.stringify({ case: rest, output });
      await untilMs(pausedUntilMs, signal);
      const deadline = AbortSignal.timeout(own.timeoutMs);
      const deadlineMs = performance.now() + own.timeoutMs;
      try {
        for (let attempt = 1; ; attempt += 1) {
          const response = await agent.request({
            origin,
            path: pathname + search,
            method: 'POST',
            headers: { 'content-type': 'application/json', ...headers },
            body,
            signal: AbortSignal.any([signal, deadline]),
          });
          const text = await response.body.text();
          const { statusCode } = response;
          if (statusCode >= 200 && statusCode <= 299) return ownScorerReply(JSON.parse(text), own);
          if (statusCode !== 429 && statusCode !== 503)
            return { kind: 'failed', detail: `the scorer answered HTTP ${statusCode}` };
          const header = [response.headers['retry-after']].flat()[0];
          const waitMs = retryAfterMs(header, Date.now()) ?? FIRST_WAIT_MS * 2 ** (attempt - 1);
          const againMs = performance.now() + waitMs;
          if (againMs >= deadlineMs) {
            const wanted = header === undefined ? '' : `, retry-after ${header}`;
            const attempts = `${attempt} ${attempt === 1 ? 'attempt' : 'attempts'}`;
            const why = `and its time-out of ${own.timeoutMs} ms has no room for another`;
            return {
              kind: 'failed',
              detail: `the scorer answered HTTP ${statusCode} at ${attempts}${wanted}, ${why}`,
            };
          }
          pausedUntilMs = Math.max(pausedUntilMs, againMs);
          await untilMs(againMs, AbortSignal.any([signal, deadline]));
        }
      } catch (error) {
        signal.throwIfAborted();
        if (deadline.aborted)
          return { kind: 'failed', detail: `the scorer took longer than ${own.timeoutMs} ms` };
        if (error instanceof SyntaxError) return { kind: 'failed', detail: 'the scorer answered no JSON' };
        const { code, message } = error as { code?: string; message?: string };
        return { kind: 'failed', detail: `the scorer does not answer: ${code ?? message}` };
      }
    },
    close: () => agent.destroy(),
  };
};

const untilMs = async (atMs: number, signal: AbortSignal): Promise<void> => {
  const leftMs = atMs - performance.now();
  if (leftMs > 0) await sleep(leftMs, undefined, { signal });
};
