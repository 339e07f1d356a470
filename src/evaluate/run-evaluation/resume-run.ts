import type { CaseRecord, RunHead, RunSummary } from '../../core/evaluation/run/run-record.ts';
import { TidegateError } from '../../errors.ts';
import { readRunFile } from '../records/read-run-file.ts';
import type { Spent } from './spending.ts';

export interface InterruptedRun {
  readonly head: RunHead;
  /** Positions of the cases that need nothing any more. */
  readonly isDone: Uint8Array;
  /** Records of the others, by position. */
  readonly unfinished: ReadonlyMap<number, CaseRecord>;
  readonly spent: Spent;
}

/**
 * Reads how far a run got. `onDone` is shown each finished case. @throws TidegateError `bad-request` when it is not a run of what is asked
 * now, or has nothing left to do.
 */
export const resumeRun = async (
  path: string,
  wanted: RunHead,
  onDone: (record: CaseRecord & { readonly position: number }) => void,
): Promise<InterruptedRun> => {
  let head: RunHead | null = null;
  let summary: RunSummary | null = null;
  const isDone = new Uint8Array(wanted.golden.cases);
  const unfinished = new Map<number, CaseRecord>();
  const spent = { calls: 0, cachedAnswers: 0, input: 0, output: 0, usd: 0, hasTokens: false, hasUsd: false };
  for await (const line of readRunFile(path)) {
    if (line.kind === 'run') {
      head = line;
      refuseOtherRun(line, wanted);
    } else if (line.kind === 'summary') summary = line;
    else {
      const { position } = line;
      if (position === undefined || position >= isDone.length) continue;
      for (const answer of [...line.candidate, ...line.baseline]) {
        const used = answer.kind === 'answer' ? answer : answer.answered;
        if (used?.isCached === true) spent.cachedAnswers += 1;
        else {
          spent.calls += 1;
          if (used?.tokens) {
            spent.hasTokens = true;
            spent.input += used.tokens.input;
            spent.output += used.tokens.output;
          }
          if (answer.kind === 'answer' && answer.usd !== null) {
            spent.hasUsd = true;
            spent.usd += answer.usd;
          }
        }
      }
      const isFinished = [...line.candidate, ...line.baseline].every(({ kind }) => kind === 'answer');
      if (isFinished) {
        if (isDone[position] === 0) onDone({ ...line, position });
        isDone[position] = 1;
        unfinished.delete(position);
      } else if (isDone[position] === 0) unfinished.set(position, line);
    }
  }
  if (head === null) throw refusal(`${path} has no beginning`);
  if (summary !== null && summary.stoppedBy === 'settled')
    throw refusal(`the evaluation ${head.id} is settled`, 'Look at it with `tidegate eval view`.');
  if (summary !== null && summary.stoppedBy === null && summary.errors === 0)
    throw refusal(
      `the evaluation ${head.id} is complete`,
      'Run it anew without --resume, or look at it with `tidegate eval view`.',
    );
  return {
    head,
    isDone,
    unfinished,
    spent: {
      // Second attempts stand in no record of a case, only in the summary.
      calls: Math.max(spent.calls, summary?.calls ?? 0),
      cachedAnswers: spent.cachedAnswers,
      tokens: spent.hasTokens ? { input: spent.input, output: spent.output } : null,
      usd: spent.hasUsd ? spent.usd : null,
    },
  };
};

const refuseOtherRun = (head: RunHead, wanted: RunHead): void => {
  const signatures = ({ metrics }: RunHead): string => metrics.map(({ signature }) => signature).join('\n');
  const differs =
    head.golden.digest !== wanted.golden.digest
      ? 'the golden set'
      : head.candidate.digest !== wanted.candidate.digest
        ? 'the target'
        : head.baseline?.digest !== wanted.baseline?.digest
          ? 'the baseline'
          : signatures(head) !== signatures(wanted)
            ? 'a scorer'
            : head.repeats !== wanted.repeats
              ? 'the number of repeats'
              : head.drawnWith !== wanted.drawnWith
                ? 'the order of the cases (stopEarly, seed)'
                : null;
  if (differs !== null) throw refusal(`${differs} is not what it was when ${head.id} began`);
};

const refusal = (
  why: string,
  todo = 'Undo the change to go on, or run it anew without --resume.',
): TidegateError => new TidegateError('bad-request', `It cannot be resumed: ${why}.`, { todo });
