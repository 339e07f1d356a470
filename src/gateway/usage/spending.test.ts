import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UsageCounts } from '../../core/routing/link.ts';
import type { RouteTable, TrackRoute } from '../../core/routing/table.ts';
import { type Harness, startHarness, until } from '../testing/harness.ts';
import { logged } from '../testing/logged.ts';
import { CANDIDATE_DIGEST, candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';

let harness: Harness;
let open: TestUpstream[];
beforeEach(async () => {
  harness = await startHarness();
  open = [];
});
afterEach(async () => {
  await harness.remove();
  for (const upstream of open) await upstream.close();
});

const chat = {
  model: 'gpt-4.1-2025-04-14',
  usage: { prompt_tokens: 1_000, completion_tokens: 500, prompt_tokens_details: { cached_tokens: 400 } },
};
/** 600 at 2 USD, 400 at 0.50 and 500 at 8 for a million. */
const CHAT_NANOS = 5_400_000;

const answering = async (status: number, answer: object | string): Promise<string> => {
  const isStream = typeof answer === 'string';
  const upstream = await startUpstream((_, res) =>
    res
      .writeHead(status, { 'content-type': isStream ? 'text/event-stream' : 'application/json' })
      .end(isStream ? answer : JSON.stringify(answer)),
  );
  open.push(upstream);
  return upstream.address;
};
const openai = (to: TrackRoute, model?: string): TrackRoute => ({
  ...to,
  provider: { name: 'openai', ...(model === undefined ? {} : { model }) },
});
const push = (services: Parameters<typeof tableWith>[1], more: Partial<RouteTable> = {}): Promise<void> =>
  harness.push(tableWith(1, services, more));
const ask = (service = 'spam') =>
  harness.ask('/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: service, messages: [] }),
  });
const service = (overrides: Parameters<typeof serviceWith>[0]) =>
  serviceWith({ protocol: 'openai', ...overrides });

const line = async (): Promise<Record<string, unknown>> => {
  await until(async () => (await logged(harness.logDir)).length > 0);
  return (await logged(harness.logDir)).at(-1)!;
};
/** Of the frames, once they say `calls` altogether. */
const usage = async (calls: number): Promise<UsageCounts[]> => {
  await until(() => harness.usage().reduce((sum, one) => sum + one.calls, 0) >= calls);
  return harness.usage();
};

describe('what an invocation costs', () => {
  it('is the price of its tokens, cached ones apart, by key and model', async () => {
    await push([service({ stable: openai(stableAt(await answering(200, chat)), 'gpt-4.1') })]);
    await ask();
    expect(await line()).toMatchObject({ tokensIn: 1_000, tokensOut: 500, costNanoUsd: CHAT_NANOS });
    expect(await usage(1)).toMatchObject([
      {
        service: 'spam',
        track: 'stable',
        key: null,
        model: 'gpt-4.1',
        calls: 1,
        unpriced: 0,
        untold: 0,
        inputTokens: 1_000,
        cachedTokens: 400,
        outputTokens: 500,
        costNanos: CHAT_NANOS,
      },
    ]);
  });

  it('goes by the model that the answer names where clients choose, and by prices that were set', async () => {
    await push([service({ stable: openai(stableAt(await answering(200, chat))) })], {
      prices: {
        models: [{ provider: 'openai', model: chat.model, price: { inputNanos: 1_000_000 } }],
        services: {},
      },
    });
    await ask();
    expect(await line()).toMatchObject({ costNanoUsd: 1_000 });
    expect(await usage(1)).toMatchObject([{ model: chat.model, costNanos: 1_000 }]);
  });

  it('is not known for a model without a price, and never nothing', async () => {
    await push([service({ stable: openai(stableAt(await answering(200, chat)), 'gpt-unheard-of') })]);
    await ask();
    expect(await line()).toMatchObject({ tokensIn: 1_000, costNanoUsd: null });
    expect(await usage(1)).toMatchObject([{ calls: 1, unpriced: 1, inputTokens: 1_000, costNanos: 0 }]);
  });

  it('is not known when a stream does not say its tokens', async () => {
    const events = 'data: {"choices":[{"delta":{"content":"x"}}]}\n\ndata: [DONE]\n\n';
    await push([service({ stable: openai(stableAt(await answering(200, events)), 'gpt-4.1') })]);
    await ask();
    expect(await line()).toMatchObject({ costNanoUsd: null });
    expect(await usage(1)).toMatchObject([{ calls: 1, untold: 1, costNanos: 0 }]);
  });

  it('of a service of one’s own goes by requests and seconds', async () => {
    await push([serviceWith({ stable: stableAt(await answering(200, {})) })], {
      prices: { models: [], services: { spam: { requestNanos: 5, secondNanos: 0 } } },
    });
    await harness.ask('/v2/models/spam/infer', { method: 'POST', body: '{}' });
    expect(await line()).toMatchObject({ costNanoUsd: 5 });
  });

  it('is not spoken of where nobody expects one', async () => {
    await push([serviceWith({ stable: stableAt(await answering(200, {})) })]);
    await harness.ask('/v2/models/spam/infer', { method: 'POST', body: '{}' });
    expect(await line()).not.toHaveProperty('costNanoUsd');
    expect(await usage(1)).toMatchObject([{ calls: 1, unpriced: 1 }]);
  });

  it('of a rescued one has the failed candidate’s tokens too, where its answer tells them', async () => {
    await push([
      service({
        stable: openai(stableAt(await answering(200, chat)), 'gpt-4.1'),
        candidate: {
          ...candidateAt([await answering(500, { ...chat, error: 'after the work was done' })], { share: 1 }),
          provider: { name: 'openai', model: 'gpt-4.1' },
        },
      }),
    ]);
    expect((await ask()).headers['tidegate-rescued']).toBe('true');
    const tracks = await usage(2);
    expect(tracks.find(({ track }) => track === 'candidate')).toMatchObject({
      release: CANDIDATE_DIGEST,
      calls: 1,
      costNanos: CHAT_NANOS,
    });
    expect(tracks.find(({ track }) => track === 'stable')).toMatchObject({ calls: 1, costNanos: CHAT_NANOS });
  });

  it('of a fallback counts for the release that answered', async () => {
    await push([
      service({ stable: openai(stableAt(await answering(503, {})), 'gpt-4.1'), fallback: ['spare'] }),
      service({ service: 'spare', stable: openai(stableAt(await answering(200, chat)), 'gpt-4.1') }),
    ]);
    expect((await ask()).headers['tidegate-fallback']).toBe('spare');
    const tracks = await usage(2);
    expect(tracks.find((one) => one.service === 'spare')).toMatchObject({ costNanos: CHAT_NANOS });
    expect(tracks.find((one) => one.service === 'spam')).toMatchObject({ calls: 1, untold: 0, costNanos: 0 });
    expect(await line()).toMatchObject({ costNanoUsd: CHAT_NANOS });
  });

  it('of a copy is the candidate’s, and no part of the invocation', async () => {
    await push([
      service({
        stable: openai(stableAt(await answering(200, chat)), 'gpt-4.1'),
        candidate: {
          ...candidateAt([await answering(200, chat)], { share: 0, mirrorShare: 1 }),
          provider: { name: 'openai', model: 'gpt-4.1' },
        },
      }),
    ]);
    await ask();
    const tracks = await usage(2);
    expect(tracks.map(({ track, costNanos }) => `${track} ${costNanos}`).sort()).toEqual([
      `shadow ${CHAT_NANOS}`,
      `stable ${CHAT_NANOS}`,
    ]);
    expect(await line()).toMatchObject({ costNanoUsd: CHAT_NANOS });
  });

  it('of a call that could not be made is nothing', async () => {
    const gone = await startUpstream('x');
    await gone.close();
    await push([service({ stable: openai(stableAt(gone.address), 'gpt-4.1') })]);
    expect((await ask()).status).toBe(502);
    expect(await usage(1)).toMatchObject([{ calls: 1, untold: 0, unpriced: 0, costNanos: 0 }]);
  });
});
