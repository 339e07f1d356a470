import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { TargetClient } from '../target/target-client.ts';

export interface WarmedUp {
  /** Counts no call to warm up. */
  readonly client: TargetClient;
  /** Calls to warm up so far. */
  readonly warmUps: () => number;
  /** Calls that were made again so far. */
  readonly repeated: () => number;
}

/** Sends the first case a few times before it counts; the first error ends that, so that a release that hangs costs one time-out. */
export const warmedUp = (client: TargetClient, warmUpCalls: number): WarmedUp => {
  let warming: Promise<void> | null = null;
  let isWarm = false;
  let before = 0;
  let warmUps = 0;
  let asked = 0;
  const warmUp = async (first: EvaluationCase, signal: AbortSignal): Promise<void> => {
    while (warmUps < warmUpCalls) {
      warmUps += 1;
      if ((await client.ask(first, signal)).kind === 'error') break;
    }
    before = client.calls();
    isWarm = true;
  };
  const calls = (): number => (isWarm ? client.calls() - before : 0);
  return {
    client: {
      ...client,
      async ask(one, signal) {
        warming ??= warmUp(one, signal);
        await warming;
        asked += 1;
        return client.ask(one, signal);
      },
      calls,
    },
    warmUps: () => warmUps,
    repeated: () => Math.max(0, calls() - asked),
  };
};
