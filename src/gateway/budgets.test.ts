import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Budget } from '../core/limits/budget.ts';
import { type Limits, UNLIMITED } from '../core/limits/limits.ts';
import { type Harness, startHarness, until } from './testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from './testing/table.ts';
import { startUpstream, type TestUpstream } from './testing/upstream.ts';

let harness: Harness;
let upstream: TestUpstream;
beforeEach(async () => {
  harness = await startHarness();
  upstream = await startUpstream((_, res) =>
    res
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ usage: { prompt_tokens: 1_000, completion_tokens: 500 } })),
  );
});
afterEach(async () => {
  await harness.remove();
  await upstream.close();
});

/** Of gpt-4.1: 1000 tokens at 2 USD and 500 at 8 for a million. */
const NANOS = 6_000_000;
const budget = (change: Partial<Budget>): Budget => ({
  name: 'bot',
  of: { scope: 'total' },
  unit: 'usd',
  amount: 2 * NANOS,
  per: 'month',
  zone: 'UTC',
  atPercent: [50, 100],
  action: 'stop',
  ...change,
});
const provider = { name: 'openai', model: 'gpt-4.1' } as const;
let seq = 0;
const serve = (change: Partial<Limits>, keys: readonly string[] = [], mirrorShare = 0): Promise<void> => {
  seq += 1;
  const limits: Limits = {
    total: UNLIMITED,
    services: {},
    keys: UNLIMITED,
    tiers: [],
    queue: { waiting: 0, waitMs: 0 },
    ...change,
  };
  const hashes = keys.map((id) => ({ id, sha256: createHash('sha256').update(id).digest('hex') }));
  const service = serviceWith({
    protocol: 'openai',
    stable: { ...stableAt(upstream.address), provider },
    ...(mirrorShare > 0 && {
      candidate: { ...candidateAt([upstream.address], { share: 0, mirrorShare }), provider },
    }),
  });
  return harness.push(
    tableWith(seq, [service], { limits, apiKeys: { required: keys.length > 0, keys: hashes } }),
  );
};
const ask = (key?: string) =>
  harness.ask('/v1/chat/completions', {
    method: 'POST',
    headers: key === undefined ? {} : { 'x-api-key': key },
    body: JSON.stringify({ model: 'spam', messages: [] }),
  });

describe('a budget at the door', () => {
  it('says what is reached, then lets nothing more in until its period ends, also after a restart', async () => {
    await serve({ budgets: [budget({})] });
    const first = await ask();
    expect([first.status, first.headers['tidegate-budget']]).toEqual([200, undefined]);
    const second = await ask();
    expect([second.status, second.headers['tidegate-budget']]).toEqual([200, 'bot;reached=50']);
    const refused = await ask();
    expect(refused.status).toBe(402);
    expect(harness.gateway.counts().limits).toMatchObject({ spent: 1, limited: 0 });
    expect(JSON.parse(refused.body)).toMatchObject({
      code: 'budget-spent',
      detail: 'The budget "bot" is spent.',
    });
    const untilMs = Date.now() + Number(refused.headers['retry-after']) * 1_000;
    expect(new Date(untilMs).getUTCDate()).toBe(1);
    expect(harness.complaints).toMatchObject([
      { about: { budget: 'bot', percent: 50, spent: NANOS } },
      { about: { budget: 'bot', percent: 100, spent: 2 * NANOS } },
    ]);
    expect(upstream.requests).toBe(2);
    await harness.stop();
    harness = await startHarness({ directory: harness.directory });
    await serve({ budgets: [budget({})] });
    expect((await ask()).status).toBe(402);
    await serve({ budgets: [budget({ amount: 5 * NANOS })] });
    expect((await ask()).status).toBe(200);
    await until(() => harness.budgets().some(({ spent }) => spent === 3 * NANOS));
  });

  it('of a key or tier is spent by those keys alone', async () => {
    const tiers = [{ name: 'gold', keys: ['b', 'c'], limit: UNLIMITED }];
    const of = [
      budget({ name: 'mine', of: { scope: 'key', name: 'a' }, unit: 'tokens', amount: 1_500 }),
      budget({ name: 'theirs', of: { scope: 'tier', name: 'gold' }, amount: 2 * NANOS }),
    ];
    await serve({ tiers, budgets: of }, ['a', 'b', 'c', 'd']);
    const statuses: string[] = [];
    for (const key of ['a', 'a', 'b', 'c', 'b', 'd', 'd']) statuses.push(`${key} ${(await ask(key)).status}`);
    expect(statuses).toEqual(['a 200', 'a 402', 'b 200', 'c 200', 'b 402', 'd 200', 'd 200']);
  });

  it('of a service pays for copies too, that of a key does not', async () => {
    const budgets = [
      budget({ name: 'all', of: { scope: 'service', name: 'spam' }, amount: 100 * NANOS }),
      budget({ name: 'mine', of: { scope: 'key', name: 'a' }, amount: 100 * NANOS }),
    ];
    await serve({ budgets }, ['a'], 1);
    expect((await ask('a')).status).toBe(200);
    await until(() => upstream.requests === 2);
    await until(() => harness.budgets().some(({ spent }) => spent === 2 * NANOS));
    expect(harness.budgets().map(({ budget: name, spent }) => [name, spent])).toEqual([
      ['all', 2 * NANOS],
      ['mine', NANOS],
    ]);
  });

  it('a limit of dollars makes wait for the debt, as one of tokens does', async () => {
    await serve({ total: { rates: { usd: { perSecond: NANOS / 10, burst: NANOS } }, inFlight: null } });
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(JSON.parse(refused.body)).toMatchObject({ detail: 'The limit "total usd" is used up.' });
  });
});
