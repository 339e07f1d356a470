import type { CaseRecord, RunHead, RunSummary } from '../../core/evaluation/run/run-record.ts';
import { TidegateError } from '../../errors.ts';
import { readRunFile } from '../records/read-run-file.ts';
import type { CaseAsking } from './ask-case.ts';
import { usdOf } from './score-answer.ts';
import { needsScoring } from './score-case-again.ts';
import type { Spent } from './spending.ts';

export interface InterruptedRun {
  readonly head: RunHead;
  /** Positions of the cases that need nothing any more: they have their outcome, which may be an error. */
  readonly isDone: Uint8Array;
  /** Records of those that were answered and that a scorer failed on, by position. */
  readonly unfinished: ReadonlyMap<number, CaseRecord>;
  readonly spent: Spent;
}

type Sides = Pick<CaseAsking, 'candidate' | 'baseline'>;

/**
 * Reads how far a run got. `onDone` is shown each case that has its outcome. Errors are outcomes too: if they were asked again, going on often
 * enough would make a pass of any target that sometimes answers. @throws TidegateError `bad-request` when it is not a run of what is asked
 * now, or has ended by itself.
 */
export const resumeRun = async (
  path: string,
  wanted: RunHead,
  sides: Sides,
  onDone: (record: CaseRecord & { readonly position: number }) => void,
): Promise<InterruptedRun> => {
  let head: RunHead | null = null;
  let summary: RunSummary | null = null;
  const isDone = new Uint8Array(wanted.golden.cases);
  const unfinished = new Map<number, CaseRecord>();
  let spent: Spent = { calls: 0, cachedAnswers: 0, tokens: null, usd: null };
  for await (const line of readRunFile(path)) {
    if (line.kind === 'run') {
      head = line;
      refuseOtherRun(line, wanted);
    } else if (line.kind === 'summary') {
      summary = line;
      // It also has what no record of a case shows: second attempts, and calls of cases that were cut off.
      const { calls, cachedAnswers, tokens, usd } = line;
      spent = { calls, cachedAnswers, tokens, usd };
    } else {
      const { position } = line;
      if (position === undefined || position >= isDone.length) continue;
      if (isDone[position] === 1) continue;
      // What was only scored again had been spent with the line before.
      if (!unfinished.has(position)) spent = withCase(spent, line, sides);
      if ([...line.candidate, ...line.baseline].some(needsScoring)) unfinished.set(position, line);
      else {
        unfinished.delete(position);
        isDone[position] = 1;
        onDone({ ...line, position });
      }
    }
  }
  if (head === null) throw refusal(`${path} has no beginning`);
  if (summary !== null && (summary.stoppedBy === null || summary.stoppedBy === 'settled'))
    throw refusal(
      `the evaluation ${head.id} has ended, and what ended in an error stays so`,
      'Start a new run without --resume, or look at this one with `tidegate eval view`.',
    );
  return { head, isDone, unfinished, spent };
};

/** Kinds of errors that come about without a call. */
const UNCALLED: ReadonlySet<string> = new Set(['template', 'not-recorded']);

const withCase = (before: Spent, record: CaseRecord, sides: Sides): Spent => {
  let { calls, cachedAnswers, tokens, usd } = before;
  for (const name of ['candidate', 'baseline'] as const)
    for (const answer of record[name]) {
      const used = answer.kind === 'answer' ? answer : answer.answered;
      if (used?.isCached === true) cachedAnswers += 1;
      else if (answer.kind === 'answer' || !UNCALLED.has(answer.reason)) calls += 1;
      if (used === undefined || used.isCached) continue;
      const cost = answer.kind === 'answer' ? answer.usd : usdOf(used.tokens, sides[name]?.price ?? null);
      if (cost !== null) usd = (usd ?? 0) + cost;
      if (used.tokens !== null)
        tokens = {
          input: (tokens?.input ?? 0) + used.tokens.input,
          output: (tokens?.output ?? 0) + used.tokens.output,
        };
    }
  return { calls, cachedAnswers, tokens, usd };
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
