import { afterEach, describe, expect, it } from 'vitest';
import type { TargetClient } from '../target/target-client.ts';
import { targetClient } from '../target/target-client.ts';
import { targetAt } from '../testing/run-plan.ts';
import type { AnswerServer } from '../testing/serve-answers.ts';
import { serveAnswers } from '../testing/serve-answers.ts';
import { startLoadCaller } from './load-caller.ts';

let server: AnswerServer | null = null;
let client: TargetClient | null = null;
afterEach(async () => {
  await client?.close();
  await server?.close();
  server = null;
  client = null;
});

describe('a request under load', () => {
  it('is timed from when it was to be sent, whoever was late', async () => {
    server = await serveAnswers(() => 'an answer');
    client = targetClient({
      target: targetAt(server.url),
      concurrency: 1,
      secrets: [],
      random: () => 0.5,
    });
    const one = { id: 'a', position: 0, input: 'x', expected: 'y', tags: [], weight: 1, metadata: {} };
    const spent = { calls: 0, inputTokens: 0, outputTokens: 0 };
    const caller = startLoadCaller(client, [one], spent, () => null, new AbortController().signal);
    // 60 seconds ago, so that no slowness of the machine could be taken for it.
    expect(await caller.send(caller.nowMs() - 60_000)).toBe(true);
    expect(caller.calls[0]!.latencyMs).toBeGreaterThan(60_000);
    expect(caller.lateness[0]).toBeGreaterThanOrEqual(60_000);
    expect(spent.calls).toBe(1);
  });
});
