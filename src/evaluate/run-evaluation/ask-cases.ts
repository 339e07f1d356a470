import type { PassingScore } from '../../core/evaluation/repeats/repeat-counts.ts';
import type { CaseRecord, RunSummary } from '../../core/evaluation/run/run-record.ts';
import { seededRandom } from '../../core/evaluation/seeded-random.ts';
import { forEachConcurrently } from '../for-each-concurrently.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import { goldenCases } from '../golden/golden-cases.ts';
import type { Models } from '../judging/models.ts';
import type { RunFile } from '../records/open-run-file.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import { appendRecords } from './append-records.ts';
import type { CaseAsking } from './ask-case.ts';
import { askCase, callsToScore, mostCalls } from './ask-case.ts';
import type { EarlyStop } from './early-stop.ts';
import type { Gathering } from './gather.ts';
import type { OpenSides } from './open-sides.ts';
import type { Answers, InterruptedRun } from './resume-run.ts';
import type { RunOptions } from './run-evaluation.ts';
import { needsScoring, scoreCaseAgain } from './score-case-again.ts';
import type { Spending, Spent } from './spending.ts';
import { startSpending } from './spending.ts';
import type { Stopping } from './stopping.ts';
import { startStopping } from './stopping.ts';

export interface CasesAsking {
  readonly options: RunOptions;
  /** Of the run. */
  readonly id: string;
  /** In the order in which they are to be asked; null: as they stand in the golden set. */
  readonly cases: AsyncIterable<EvaluationCase> | null;
  readonly sides: OpenSides;
  readonly metrics: readonly OpenMetric[];
  /** Null where no scorer asks one. */
  readonly models: Models | null;
  /** The scores that say whether an answer passes. */
  readonly passing: readonly PassingScore[];
  readonly early: EarlyStop | null;
  readonly gathering: Gathering;
  readonly resumed: InterruptedRun | null;
  readonly file: RunFile;
}

/** Without a single answer among so many, something is wrong with the target as a whole. */
const MOST_FRUITLESS_CASES = 20;
const REPORT_EVERY_MS = 200;

/** Asks about every case that has not been answered yet, until there is none left or a reason to stop. Every record is appended and gathered. */
export const askCases = async ({
  options,
  id,
  cases,
  sides,
  metrics,
  models,
  passing,
  early,
  gathering,
  resumed,
  file,
}: CasesAsking): Promise<{ readonly spent: Spent; readonly stoppedBy: RunSummary['stoppedBy'] }> => {
  const { plan, scan, signal, onProgress } = options;
  const clients = [...sides.clients, ...(models?.clients() ?? [])];
  const attempts = (): number => clients.reduce((sum, client) => sum + client.calls(), 0);
  const unfinished = new Map(resumed?.unfinished);
  const begun = new Map(resumed?.begun);
  const answersTo = (position: number): Answers | null =>
    begun.get(position) ?? unfinished.get(position) ?? null;
  const doneBefore = gathering.counts.done;
  const before = resumed === null ? null : { spent: resumed.spent, cases: doneBefore + unfinished.size };
  const spending = startSpending(plan.budget, attempts, before);
  models?.charge((used) => spending.add({ ...used, isCached: false }));
  const { timeMs } = plan.budget;
  const stopping = startStopping(
    signal,
    options.ending,
    timeMs === null ? null : timeMs - (resumed?.tookMs ?? 0),
  );
  const append = appendRecords(file);
  const asking: CaseAsking = {
    ...sides,
    metrics,
    passing,
    spending,
    repeats: plan.repeats,
    random: seededRandom(plan.seed, 'order of calls'),
    isEnding: stopping.isEnding,
    keep: append,
  };
  let underWay = 0;
  const report = (): void => {
    const pausedUntilMs = Math.max(0, ...clients.map((client) => client.pausedUntilMs() ?? 0));
    const waitMs = pausedUntilMs === 0 ? null : pausedUntilMs - performance.now();
    onProgress({
      id,
      ...gathering.counts,
      total: scan.cases,
      doneBefore,
      waitMs,
      ...spending.spent(),
      ...(options.ending?.aborted === true ? { lastCalls: underWay } : {}),
    });
  };
  const ticking = setInterval(report, REPORT_EVERY_MS);
  options.ending?.addEventListener('abort', report, { once: true });
  const leastFruitless = Math.max(MOST_FRUITLESS_CASES, 2 * plan.concurrency);
  try {
    report();
    await forEachConcurrently(
      openCases(
        cases ?? goldenCases(plan.golden, plan.fields),
        {
          count: scan.cases,
          isDone: resumed?.isDone ?? null,
          callsOf: (position) => {
            const answered = answersTo(position);
            return mostCalls(asking, answered) + callsToScoreAgain(answered, metrics);
          },
        },
        { spending, stopping, early },
      ),
      plan.concurrency,
      async () => {},
      async (one) => {
        const answered = answersTo(one.position);
        underWay += 1;
        const making =
          answered === null
            ? askCase(one, asking, stopping.cut)
            : scoreCaseAgain(one, answered, asking, stopping.cut).then((scored) => {
                const held = callsToScoreAgain(answered, metrics);
                for (let call = 0; call < held; call += 1) spending.use();
                if (mostCalls(asking, scored) > 0) return askCase(one, asking, stopping.cut, scored);
                if (held > 0) spending.end(0);
                return scored;
              });
        let record: CaseRecord | null;
        try {
          record = await making;
        } catch (error) {
          if (stopping.cut.aborted || (stopping.isEnding() && isAbort(error))) return;
          throw error;
        } finally {
          underWay -= 1;
        }
        if (record === null) return;
        unfinished.delete(one.position);
        // What was paid for is written down before anybody can stumble over it.
        await append(record);
        gathering.take(one, record);
        const { done, errors } = gathering.counts;
        if (early !== null && early.verdict() !== null) stopping.stop('settled', false);
        if (done === errors && errors >= leastFruitless) stopping.stop('errors', false);
      },
    );
  } finally {
    clearInterval(ticking);
    options.ending?.removeEventListener('abort', report);
    stopping.end();
  }
  // What no scorer could score before and was not scored again failed all the same.
  for (const [position, record] of unfinished) gathering.take({ ...record, position }, record);
  report();
  return { spent: spending.spent(), stoppedBy: stopping.reason() };
};

/**
 * The cases that are still to be asked or scored, as long as the verdict is open, nothing stops the run and the budget has room for all that one more may
 * take.
 */
async function* openCases(
  cases: AsyncIterable<EvaluationCase>,
  {
    count,
    isDone,
    callsOf,
  }: {
    readonly count: number;
    readonly isDone: Uint8Array | null;
    readonly callsOf: (position: number) => number;
  },
  {
    spending,
    stopping,
    early,
  }: { readonly spending: Spending; readonly stopping: Stopping; readonly early: EarlyStop | null },
): AsyncGenerator<EvaluationCase> {
  for await (const one of cases) {
    // Under a limit the golden set goes on after the last case.
    if (one.position >= count) return;
    // A run may have been killed after it was settled and before it said so.
    if (early !== null && early.verdict() !== null) stopping.stop('settled', false);
    if (isDone?.[one.position] === 1) continue;
    if (stopping.reason() === null) {
      const calls = callsOf(one.position);
      if (calls > 0 && !spending.begin(calls)) stopping.stop('budget', false);
    }
    if (stopping.reason() !== null) return;
    yield one;
  }
}

/** A wait for a target that is too busy was broken off. */
const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

const callsToScoreAgain = (answered: Answers | null, metrics: readonly OpenMetric[]): number =>
  answered === null
    ? 0
    : callsToScore(metrics) * [...answered.candidate, ...answered.baseline].filter(needsScoring).length;
