import { readdir, readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderName } from '../../core/routing/provider.ts';
import { canHold, letGo } from '../http/held-bytes.ts';
import { type Harness, startHarness, until } from '../testing/harness.ts';
import { serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';

const POOL_BYTES = 256 * 1024 * 1024;
const question = [{ role: 'user', content: 'What time is it?' }];
const PATHS = { openai: '/v1/messages', anthropic: '/v1/chat/completions' } as const;

describe('what releases in another interface do beside what is documented', () => {
  let harness: Harness;
  const upstreams: TestUpstream[] = [];
  beforeEach(async () => {
    harness = await startHarness();
  });
  afterEach(async () => {
    await harness.remove();
    await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
  });
  const release = async (name: ProviderName, answer: (res: ServerResponse) => void): Promise<void> => {
    const upstream = await startUpstream((_, res) => answer(res));
    upstreams.push(upstream);
    const provider = { name, model: 'model', translation: { maxTokens: 512 } };
    const stable = { ...stableAt(upstream.address), provider };
    await harness.push(tableWith(1, [serviceWith({ service: 'chat', protocol: 'openai', stable })]));
  };
  const ask = (name: 'openai' | 'anthropic', more: object = {}) =>
    harness.ask(PATHS[name], {
      method: 'POST',
      body: JSON.stringify({ model: 'chat', max_tokens: 9, messages: question, ...more }),
    });
  const endings = async (): Promise<unknown[]> => {
    await harness.stop();
    const directory = path.join(harness.logDir, 'production');
    const files = await readdir(directory);
    const texts = await Promise.all(files.map((file) => readFile(path.join(directory, file), 'utf8')));
    return texts.flatMap((text) => text.trim().split('\n')).map((line) => JSON.parse(line).ending);
  };

  it('an error under the type of a stream is read as the error that it is', async () => {
    await release('anthropic', (res) => {
      res.writeHead(400, { 'content-type': 'text/event-stream' });
      res.end('{"type":"error","error":{"type":"invalid_request_error","message":"Not so."}}');
    });
    const answer = await ask('anthropic', { stream: true });
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.body).error).toMatchObject({ message: 'Not so.' });
  });

  it.each([
    ['anthropic', '{"type": "error", "error": {"type": "overloaded_error", "message": "x"}}'],
    ['anthropic', '{"request_id":"r","type":"error","error":{"type":"overloaded_error","message":"x"}}'],
    ['openai', '{"object": "error", "message": "x", "code": 500}'],
    ['openai', '{"id":"c","error":{"message":"x"}}'],
  ] as const)('what the client of %s is told is an error has failed: %s', async (name, event) => {
    await release(name, (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.end(`data: ${event}\n\n`);
    });
    expect((await ask(name, { stream: true })).body).toContain('"error"');
    expect(await endings()).toEqual(['failed']);
  });

  it('a body that is translated counts as held until its answer is over; without room it is refused with 503', async () => {
    let isAsked = false;
    let isWanted = false;
    await release('anthropic', async (res) => {
      isAsked = true;
      await until(() => isWanted);
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(
        '{"type":"message","id":"m","model":"x","role":"assistant","content":[],"stop_reason":"end_turn","usage":{}}',
      );
    });
    const image = Buffer.alloc(2_000_000, 5).toString('base64');
    const content = [{ type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } }];
    const messages = [{ role: 'user', content }];
    const hasRoomFor = (bytes: number): boolean => {
      const hasRoom = canHold(bytes);
      letGo(bytes);
      return hasRoom;
    };
    const answer = ask('anthropic', { messages });
    await until(() => isAsked);
    expect(hasRoomFor(POOL_BYTES - 2_000_000)).toBe(false);
    isWanted = true;
    expect((await answer).status).toBe(200);
    await until(() => hasRoomFor(POOL_BYTES));

    canHold(POOL_BYTES);
    const refused = await ask('anthropic', { messages }).finally(() => letGo(POOL_BYTES));
    expect([refused.status, JSON.parse(refused.body).code]).toEqual([503, 'overloaded']);
    await until(() => hasRoomFor(POOL_BYTES));
    expect((await ask('anthropic', { messages })).status).toBe(200);
  });
});
