import { Agent } from 'undici';
import type { OwnScorer } from '../../core/evaluation/run/evaluation-plan.ts';
import { ownScorerReply } from './own-scorer-reply.ts';
import type { ScoreOutput } from './scored.ts';

export interface HttpScorer {
  readonly score: ScoreOutput;
  readonly close: () => Promise<void>;
}

/** Posts `{"case", "output"}` and reads `{"score", "reason"}`. The time-out is for all of it; nothing is tried twice. */
export const httpScorer = (
  url: string,
  headers: Readonly<Record<string, string>>,
  own: OwnScorer,
): HttpScorer => {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: own.timeoutMs } });
  const { origin, pathname, search } = new URL(url);
  return {
    score: async (one, output, signal) => {
      const deadline = AbortSignal.timeout(own.timeoutMs);
      const { position: _, ...rest } = one;
      try {
        const response = await agent.request({
          origin,
          path: pathname + search,
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ case: rest, output }),
          signal: AbortSignal.any([signal, deadline]),
        });
        const text = await response.body.text();
        if (response.statusCode < 200 || response.statusCode > 299)
          return { kind: 'failed', detail: `the scorer answered HTTP ${response.statusCode}` };
        return ownScorerReply(JSON.parse(text), own);
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
