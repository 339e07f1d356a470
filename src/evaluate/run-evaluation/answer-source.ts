import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { TargetAnswer } from '../target/target-answer.ts';
import type { TargetClient } from '../target/target-client.ts';
import type { AnswerCache } from './answer-cache.ts';
import { askedDigest } from './target-digest.ts';

/** Where the answers of one side come from. */
export interface AnswerSource {
  /** Repeats count from 0. Rejects only when `signal` is aborted, or the disk fails. */
  readonly ask: (one: EvaluationCase, repeat: number, signal: AbortSignal) => Promise<TargetAnswer>;
  /** How many repeats there are of a case; left out where there are as many as one asks for. */
  readonly repeatsOf?: (one: EvaluationCase) => number;
  readonly close: () => Promise<void>;
}

/** Calls, each of them. */
export const calledAnswers = (client: TargetClient): AnswerSource => ({
  ask: (one, _, signal) => client.ask(one, signal),
  close: client.close,
});

/** Calls only where no answer is kept from an earlier run. Errors are not kept. */
export const cachedAnswers = (client: TargetClient, cache: AnswerCache): AnswerSource => ({
  async ask(one, repeat, signal) {
    const digest = askedDigest(one);
    const kept = await cache.get(digest, repeat);
    if (kept !== null) return kept;
    const answer = await client.ask(one, signal);
    if (answer.kind === 'answer') await cache.put(digest, repeat, answer);
    return answer;
  },
  async close() {
    await client.close();
    await cache.close();
  },
});
