import type { LoadCall } from '../../core/evaluation/load/load-plan.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { TargetClient } from '../target/target-client.ts';

/** Why a part of a load stage ended before its time. */
export type LoadStop = 'budget' | 'interrupted';

/** Sends the requests of one part of a load stage and keeps what became of them. */
export interface LoadCaller {
  /** Sends the next request, which was to be sent at `intendedMs` of this part; true when it was answered. Never rejects. */
  readonly send: (intendedMs: number) => Promise<boolean>;
  /** A request that was not sent because too many were under way. */
  readonly miss: (intendedMs: number) => void;
  /** Whether there is a reason to stop. */
  readonly stop: () => LoadStop | null;
  /** Since this part began. */
  readonly nowMs: () => number;
  readonly underWay: () => number;
  readonly calls: readonly LoadCall[];
  /** How late each request was sent, in milliseconds. */
  readonly lateness: readonly number[];
  /** How many were under way when each was sent or missed; beside it, when that was. */
  readonly seen: readonly { readonly intendedMs: number; readonly underWay: number }[];
  readonly reasons: ReadonlyMap<string, number>;
}

export interface LoadSpent {
  calls: number;
  inputTokens: number;
  outputTokens: number;
}

/** Cases are sent one after the other, again from the first when there are no more. Time counts from now. */
export const startLoadCaller = (
  client: TargetClient,
  cases: readonly EvaluationCase[],
  spent: LoadSpent,
  stop: (spent: LoadSpent) => LoadStop | null,
  signal: AbortSignal,
): LoadCaller => {
  const startedMs = performance.now();
  const nowMs = (): number => performance.now() - startedMs;
  const calls: LoadCall[] = [];
  const lateness: number[] = [];
  const seen: { intendedMs: number; underWay: number }[] = [];
  const reasons = new Map<string, number>();
  let underWay = 0;
  let next = 0;
  return {
    async send(intendedMs) {
      const sentMs = nowMs();
      lateness.push(sentMs - intendedMs);
      seen.push({ intendedMs, underWay });
      underWay += 1;
      spent.calls += 1;
      const one = cases[next % cases.length]!;
      next += 1;
      // Only an interrupted call rejects, and what was interrupted is not judged.
      const answer = await client.ask(one, signal).catch(() => null);
      underWay -= 1;
      if (answer === null) return false;
      if (answer.kind === 'error') {
        reasons.set(answer.reason, (reasons.get(answer.reason) ?? 0) + 1);
        const latencyMs = nowMs() - intendedMs;
        calls.push({ outcome: 'error', intendedMs, latencyMs, firstTokenMs: null, outputTokens: null });
        return false;
      }
      spent.inputTokens += answer.tokens?.input ?? 0;
      spent.outputTokens += answer.tokens?.output ?? 0;
      // From the moment it was to be sent: what waited here has waited too.
      const lateMs = Math.max(0, sentMs - intendedMs);
      calls.push({
        outcome: 'answer',
        intendedMs,
        latencyMs: answer.latencyMs + lateMs,
        firstTokenMs: answer.firstTokenMs === null ? null : answer.firstTokenMs + lateMs,
        outputTokens: answer.tokens?.output ?? null,
      });
      return true;
    },
    miss(intendedMs) {
      seen.push({ intendedMs, underWay });
      calls.push({
        outcome: 'missed',
        intendedMs,
        latencyMs: 0,
        firstTokenMs: null,
        outputTokens: null,
      });
    },
    stop: () => (signal.aborted ? 'interrupted' : stop(spent)),
    nowMs,
    underWay: () => underWay,
    calls,
    lateness,
    seen,
    reasons,
  };
};
