import type { Measures } from '../../core/telemetry/measures.ts';
import type { GatewayStatus, MeasuredGateway } from '../../ports/gateways.ts';

export interface Asking {
  /** Asks all who are connected, once for everybody who wants to know at the same time. */
  measure(withinMs: number): Promise<readonly MeasuredGateway[]>;
  /** A process has answered. What was not asked, or too long ago, is let go. */
  answered(boot: string, ask: number, measures: Measures): void;
}

export interface AskingSpec {
  readonly list: () => readonly GatewayStatus[];
  readonly ask: (boot: string, ask: number) => void;
}

export function openAsking({ list, ask }: AskingSpec): Asking {
  let asks = 0;
  let waitsFor = new Set<string>();
  let answers = new Map<string, Measures>();
  let running: Promise<readonly MeasuredGateway[]> | null = null;
  let allAnswered: () => void = () => {};

  const run = async (withinMs: number): Promise<readonly MeasuredGateway[]> => {
    asks += 1;
    answers = new Map();
    waitsFor = new Set(list().flatMap(({ boot, connected }) => (connected ? [boot] : [])));
    let timer: NodeJS.Timeout | null = null;
    if (waitsFor.size > 0) {
      const done = new Promise<void>((resolve) => {
        allAnswered = resolve;
        timer = setTimeout(resolve, withinMs);
      });
      for (const boot of waitsFor) ask(boot, asks);
      await done;
      clearTimeout(timer!);
    }
    const found = answers;
    return list().map((status) => ({ ...status, measures: found.get(status.boot) ?? null }));
  };

  return {
    measure(withinMs) {
      running ??= run(withinMs).finally(() => {
        running = null;
      });
      return running;
    },
    answered(boot, answeredAsk, measures) {
      if (answeredAsk !== asks || running === null || !waitsFor.delete(boot)) return;
      answers.set(boot, measures);
      if (waitsFor.size === 0) allAnswered();
    },
  };
}
