import type { OwnScorer } from '../../core/evaluation/run/evaluation-plan.ts';
import type { Scored } from './scored.ts';

/** Reads what an own scorer gave: a number, true, false, null, or `{score, reason}` with one of those. */
export const ownScorerReply = (
  reply: unknown,
  { range: [least, greatest] }: Pick<OwnScorer, 'range'>,
): Scored => {
  const isMap = typeof reply === 'object' && reply !== null;
  if (isMap && typeof (reply as { error?: unknown }).error === 'string')
    return { kind: 'failed', detail: `the scorer says: ${(reply as { error: string }).error.slice(0, 300)}` };
  const { score: given, reason } = isMap
    ? (reply as Record<string, unknown>)
    : { score: reply, reason: null };
  const score = typeof given === 'boolean' ? Number(given) : given;
  const why = typeof reason === 'string' ? reason.slice(0, 2_000) : null;
  if (score === null) return { kind: 'score', score, reason: why };
  if (typeof score !== 'number' || !Number.isFinite(score))
    return { kind: 'failed', detail: 'the scorer gave no number under "score"' };
  if (score < least || score > greatest)
    return { kind: 'failed', detail: `the scorer gave ${score}, which is not from ${least} to ${greatest}` };
  return { kind: 'score', score, reason: why };
};
