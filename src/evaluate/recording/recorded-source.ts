import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import { TidegateError } from '../../errors.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { AnswerSource } from '../run-evaluation/answer-source.ts';
import type { TargetAnswer } from '../target/target-answer.ts';
import type { Recording } from './open-recording.ts';
import { requestDigest } from './request-digest.ts';

type Answered = Extract<TargetAnswer, { kind: 'answer' }>;

/**
 * Answers from a recording. What it does not hold is asked of `calls` and recorded; with null it is a refusal that names the case. Errors are
 * not recorded. `target` has its references to the environment by name.
 */
export const recordedSource = (
  target: TargetSpec,
  calls: AnswerSource | null,
  recording: Recording,
): AnswerSource => ({
  async ask(one, repeat, signal) {
    const digest = requestDigest(target, one);
    if (digest === null)
      return calls === null
        ? { kind: 'error', reason: 'template', detail: 'the case makes no request', latencyMs: 0 }
        : calls.ask(one, repeat, signal);
    const kept = (await recording.get(digest, repeat)) as Answered | null;
    if (kept !== null) return inTime(kept, target.timeoutMs);
    if (calls === null) throw notRecorded(recording, [unknownText(recording, one, repeat)], 1);
    const answer = await calls.ask(one, repeat, signal);
    if (answer.kind !== 'answer') return answer;
    // It came in time, whatever a busy clock made of that; a replay must not think otherwise.
    const timed = { ...answer, latencyMs: Math.min(answer.latencyMs, target.timeoutMs) };
    await recording.put(digest, repeat, one.id, timed);
    return answer;
  },
  repeatsOf(one) {
    const digest = requestDigest(target, one);
    let repeats = 0;
    while (digest !== null && recording.has(digest, repeats)) repeats += 1;
    return repeats;
  },
  close: async () => {
    await calls?.close();
  },
});

/** What took longer than it may now would have been cut off. */
const inTime = (answer: Answered, timeoutMs: number): TargetAnswer => {
  const { latencyMs } = answer;
  if (latencyMs <= timeoutMs) return { ...answer, isCached: true };
  const detail = `took ${Math.round(latencyMs)} ms when it was recorded, and may take ${timeoutMs} ms now`;
  return { kind: 'error', reason: 'timeout', detail, latencyMs };
};

/** `"c3" (asked differently when it was recorded)`. */
export const unknownText = (recording: Recording, { id }: EvaluationCase, repeat: number): string => {
  const which = `${JSON.stringify(id)}${repeat > 0 ? `, repeat ${repeat + 1}` : ''}`;
  return recording.knowsCase(id)
    ? `${which} (recorded for another request or repeat)`
    : `${which} (never recorded)`;
};

export const notRecorded = ({ path }: Recording, unknown: readonly string[], count: number): TidegateError =>
  new TidegateError(
    'not-recorded',
    `${path} has no answer for ${count} ${count === 1 ? 'request' : 'requests'}: ${unknown.join(', ')}${count > unknown.length ? ' and others' : ''}.`,
  );
