import type {
  CasePart,
  CaseRecord,
  RunHead,
  RunSummary,
  RunTerms,
} from '../../core/evaluation/run/run-record.ts';
import { TidegateError } from '../../errors.ts';
import { canonicalJson } from '../golden/canonical-json.ts';
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
  /** What there is of cases that were ended or killed between two repeats, by position. */
  readonly begun: ReadonlyMap<number, Answers>;
  readonly spent: Spent;
  /** By its earlier parts; of one that was killed, the least that its calls can have taken. */
  readonly tookMs: number;
}

export type Answers = Pick<CaseRecord, 'candidate' | 'baseline'>;

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
  concurrency: number,
  onDone: (record: CaseRecord & { readonly position: number }) => void,
): Promise<InterruptedRun> => {
  let head: RunHead | null = null;
  let summary: RunSummary | null = null;
  const isDone = new Uint8Array(wanted.golden.cases);
  const unfinished = new Map<number, CaseRecord>();
  const begun = new Map<number, Answers>();
  let spent: Spent = { calls: 0, cachedAnswers: 0, tokens: null, usd: null };
  let tookMs = 0;
  let latencyMs = 0;
  for await (const line of readRunFile(path)) {
    if (line.kind === 'run') {
      head = line;
      refuseOtherRun(line, wanted);
    } else if (line.kind === 'summary') {
      summary = line;
      // It also has what no record of a case shows: second attempts, and calls of cases that were cut off.
      const { calls, cachedAnswers, tokens, usd } = line;
      spent = { calls, cachedAnswers, tokens, usd };
      tookMs = line.tookMs ?? tookMs + latencyMs / concurrency;
      latencyMs = 0;
    } else {
      const { position } = line;
      if (position === undefined || position >= isDone.length) continue;
      if (isDone[position] === 1) continue;
      const before = begun.get(position) ?? unfinished.get(position) ?? null;
      // What was only scored again, or stood in parts, had been spent with the lines before.
      const added = line.kind === 'part' || before === null ? line : beyond(line, before);
      spent = withAnswers(spent, added, sides);
      latencyMs += latencyOf(added);
      if (line.kind === 'part') {
        begun.set(position, both(before, line));
        continue;
      }
      begun.delete(position);
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
  return { head, isDone, unfinished, begun, spent, tookMs: tookMs + latencyMs / concurrency };
};

/** A record holds what was there before in the same places. */
const beyond = (record: CaseRecord, before: Answers): Answers => ({
  candidate: record.candidate.slice(before.candidate.length),
  baseline: record.baseline.slice(before.baseline.length),
});

const both = (before: Answers | null, { candidate, baseline }: CasePart): Answers => ({
  candidate: [...(before?.candidate ?? []), ...candidate],
  baseline: [...(before?.baseline ?? []), ...baseline],
});

/** What was waited for its answers, one after the other. */
const latencyOf = ({ candidate, baseline }: Answers): number =>
  [...candidate, ...baseline].reduce((sum, answer) => {
    const used = answer.kind === 'answer' ? answer : answer.answered;
    return used?.isCached === true ? sum : sum + answer.latencyMs;
  }, 0);

/** Kinds of errors that come about without a call. */
const UNCALLED: ReadonlySet<string> = new Set(['template', 'not-recorded']);

const withAnswers = (before: Spent, record: Answers, sides: Sides): Spent => {
  let { calls, cachedAnswers, tokens, usd } = before;
  for (const name of ['candidate', 'baseline'] as const)
    for (const answer of record[name]) {
      const used = answer.kind === 'answer' ? answer : answer.answered;
      if (used?.isCached === true) cachedAnswers += 1;
      else if (sides[name]?.isRecorded === true) continue;
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

/** With what else the earlier parts are known to have used. */
export const withSpent = (
  run: InterruptedRun,
  { calls, tokens, usd }: Pick<Spent, 'calls' | 'tokens' | 'usd'>,
): InterruptedRun => ({
  ...run,
  spent: {
    ...run.spent,
    calls: run.spent.calls + calls,
    tokens:
      tokens === null
        ? run.spent.tokens
        : {
            input: (run.spent.tokens?.input ?? 0) + tokens.input,
            output: (run.spent.tokens?.output ?? 0) + tokens.output,
          },
    usd: usd === null ? run.spent.usd : (run.spent.usd ?? 0) + usd,
  },
});

const inTerms =
  (of: (terms: RunTerms) => unknown) =>
  ({ terms }: RunHead, isEarly: boolean): unknown =>
    isEarly || terms === undefined ? null : of(terms);

const DIFFERENCES: readonly (readonly [what: string, of: (head: RunHead, isEarly: boolean) => unknown])[] = [
  ['the golden set', ({ golden }) => golden.digest],
  ['the target', ({ candidate }) => candidate.digest],
  ['the baseline', ({ baseline }) => baseline?.digest],
  [
    'a scorer',
    ({ metrics }, isEarly) =>
      metrics.map(({ name, signature }) => (isEarly && isOfRepeats(name) ? '' : `${signature}\n`)).join(''),
  ],
  ['the number of repeats', ({ repeats, mostRepeats }) => `${repeats} ${mostRepeats ?? repeats}`],
  ['the order of the cases (stopEarly, seed)', ({ drawnWith }) => drawnWith],
  ['what is required (require)', inTerms(({ require }) => require.join('\n'))],
  ['the confidence', inTerms(({ confidence }) => confidence)],
  ['the share of errors that may pass (errors)', inTerms(({ mostErrorsShare }) => mostErrorsShare)],
  ['what the verdict is about (about)', inTerms(({ about }) => about)],
  ['what makes an answer pass (passedBy)', inTerms(({ passedBy }) => passedBy.join('\n'))],
];

const isOfRepeats = (name: string): boolean => /^pass[@^]\d+$/.test(name);

const refuseOtherRun = (head: RunHead, wanted: RunHead): void => {
  // Early versions recorded neither the terms nor figures about repeats.
  const isEarly = head.terms === undefined;
  const differs = DIFFERENCES.find(([, of]) => of(head, isEarly) !== of(wanted, isEarly));
  const other = differs?.[0] ?? otherCallTerms(head.terms?.calls, wanted.terms?.calls);
  if (other !== null) throw refusal(`${other} is not what it was when ${head.id} began`);
};

/** Records of early versions do not have them. */
const otherCallTerms = (began: RunTerms['calls'], wanted: RunTerms['calls']): string | null => {
  if (began === undefined || wanted === undefined) return null;
  for (const side of ['candidate', 'baseline'] as const) {
    if (began[side]?.timeoutMs !== wanted[side]?.timeoutMs)
      return `the time-out of the ${SIDES[side]} (timeout)`;
    if (canonicalJson(began[side]?.price ?? null) !== canonicalJson(wanted[side]?.price ?? null))
      return `what the ${SIDES[side]} costs (price)`;
  }
  return null;
};

const SIDES = { candidate: 'target', baseline: 'baseline' } as const;

const refusal = (
  why: string,
  todo = 'Undo the change to go on, or run it anew without --resume.',
): TidegateError => new TidegateError('bad-request', `It cannot be resumed: ${why}.`, { todo });
