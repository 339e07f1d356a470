import { open } from 'node:fs/promises';
import type { CaseRecord, RunHead } from '../../core/evaluation/run/run-record.ts';
import { TidegateError } from '../../errors.ts';
import { canonicalJson } from '../golden/canonical-json.ts';
import { parseRunLine } from '../records/parse-run-line.ts';
import { runLines } from '../records/run-lines.ts';
import type { TargetAnswer } from '../target/target-answer.ts';
import type { AnswerSource } from './answer-source.ts';

export interface RecordedAnswers extends AnswerSource {
  readonly head: RunHead;
}

/**
 * The candidate's answers of an earlier run, found by the case's id and only where its input is still the same. Keeps where each record
 * stands. @throws TidegateError `evaluation-unusable` when it is no run.
 */
export const recordedAnswers = async (path: string): Promise<RecordedAnswers> => {
  const places = new Map<
    string,
    { readonly offset: number; readonly length: number; readonly repeats: number }
  >();
  let head: RunHead | null = null;
  for await (const { bytes, offset } of runLines(path)) {
    const parsed = parseRunLine(bytes.toString('utf8'));
    if (parsed.kind !== 'line') continue;
    if (parsed.line.kind === 'run') head = parsed.line;
    if (parsed.line.kind === 'case') {
      const repeats = parsed.line.candidate.length;
      places.set(parsed.line.id, { offset, length: bytes.length, repeats });
    }
  }
  if (head === null)
    throw new TidegateError('evaluation-unusable', `${path} is no evaluation to compare with.`, {
      todo: 'Name the id of an earlier run, or its file under .tidegate/evaluations.',
    });
  const handle = await open(path, 'r');
  const missing = (detail: string): TargetAnswer => ({
    kind: 'error',
    reason: 'not-recorded',
    detail,
    latencyMs: 0,
  });
  return {
    head,
    async ask(one, repeat) {
      const place = places.get(one.id);
      if (place === undefined) return missing('the earlier run has no such case');
      const buffer = Buffer.alloc(place.length);
      await handle.read(buffer, 0, place.length, place.offset);
      const record = JSON.parse(buffer.toString('utf8')) as CaseRecord;
      if (canonicalJson(record.input) !== canonicalJson(one.input))
        return missing('the earlier run asked this case with another input');
      const answer = record.candidate[repeat];
      if (answer === undefined) return missing(`the earlier run has no repeat ${repeat + 1}`);
      if (answer.kind === 'error') {
        const { reason, detail, latencyMs, answered } = answer;
        return answered === undefined
          ? missing(`the earlier run ended in an error here (${reason}: ${detail})`)
          : { kind: 'answer', ...answered, latencyMs, isCached: true };
      }
      const { output, latencyMs, firstTokenMs, tokens } = answer;
      return { kind: 'answer', output, latencyMs, firstTokenMs, tokens, isCached: true };
    },
    repeatsOf: ({ id }) => places.get(id)?.repeats ?? 0,
    close: () => handle.close(),
  };
};
