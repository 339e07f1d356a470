import { parseArgs } from 'node:util';
import { ask } from './traffic/ask.ts';
import { hasHelped, questionsFor } from './traffic/live-questions.ts';

export interface TrafficOptions {
  /** Where the gateway answers, such as `http://127.0.0.1:7082`. */
  readonly url: string;
  /** Users asking at the same time, each one question after the other. Default 3. */
  readonly users?: number;
  /** Default 120,000. */
  readonly timeoutMs?: number;
}

export interface ReleaseStats {
  answered: number;
  helped: number;
}

export interface TrafficStats {
  readonly asked: number;
  readonly errors: number;
  readonly byRelease: Readonly<Record<string, Readonly<ReleaseStats>>>;
  readonly firstWordMs: readonly number[];
}

export interface Traffic {
  stats(): TrafficStats;
  /** Asks nothing new and resolves when the last answer is through. */
  stop(): Promise<TrafficStats>;
}

/**
 * Plays users who ask in a closed loop, because a small machine cannot answer faster than its model speaks. Each says after
 * his answer whether it helped, which the questions' facts decide, as `POST /v1/feedback`.
 */
export const startTraffic = ({ url, users = 3, timeoutMs = 120_000 }: TrafficOptions): Traffic => {
  const questions = questionsFor('live');
  const byRelease: Record<string, ReleaseStats> = {};
  const firstWordMs: number[] = [];
  let asked = 0;
  let errors = 0;
  let isStopped = false;

  const askOnce = async (): Promise<void> => {
    const number = asked++;
    const question = questions[(number * 7) % questions.length]!;
    const answer = await ask(url, question.question, { user: `user-${number % 997}`, timeoutMs });
    if (answer.kind === 'error') {
      errors += 1;
      return;
    }
    const helped = hasHelped(question, answer.text);
    const release = (byRelease[answer.release] ??= { answered: 0, helped: 0 });
    release.answered += 1;
    if (helped) release.helped += 1;
    firstWordMs.push(answer.firstWordMs);
    if (answer.invocation !== null)
      await fetch(new URL('/v1/feedback', url), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ invocation: answer.invocation, outcome: helped ? 'good' : 'bad' }),
      }).catch(() => undefined);
  };
  const user = async (): Promise<void> => {
    while (!isStopped) {
      const before = errors;
      await askOnce();
      // A gateway that is not there yet is not asked in a tight loop.
      if (errors > before) await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const playing = Promise.all(Array.from({ length: users }, user));
  const stats = (): TrafficStats => ({
    asked,
    errors,
    byRelease: structuredClone(byRelease),
    firstWordMs: [...firstWordMs],
  });
  return {
    stats,
    async stop() {
      isStopped = true;
      await playing;
      return stats();
    },
  };
};

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:7082' },
      users: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '60' },
    },
  });
  const traffic = startTraffic({ url: values.url, users: Number(values.users) });
  await new Promise((resolve) => setTimeout(resolve, Number(values.seconds) * 1_000));
  const { asked, errors, byRelease } = await traffic.stop();
  console.log(`asked ${asked}, no answer ${errors}`);
  for (const [release, { answered, helped }] of Object.entries(byRelease))
    console.log(`${release}: answered ${answered}, helped ${helped}`);
}
