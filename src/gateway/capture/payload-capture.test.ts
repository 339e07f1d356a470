import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CapturePolicy } from '../../core/capture/capture-policy.ts';
import type { ServiceRoute } from '../../core/routing/table.ts';
import { isSampled } from '../checks/sampled.ts';
import { type Answer, type Harness, startHarness, until } from '../testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream } from '../testing/upstream.ts';
import { findCapture } from './find-capture.ts';
import { capturePolicy } from './testing/capture-policy.ts';
import { GIVEAWAYS, PLANTED } from './testing/planted.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('captured payloads', () => {
  let harness: Harness;
  let closing: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    harness = await startHarness();
  });
  afterEach(async () => {
    await harness.remove();
    for (const close of closing) await close();
    closing = [];
  });
  const serve = async (
    respond: Parameters<typeof startUpstream>[0],
    capture: CapturePolicy | undefined,
    more: Partial<ServiceRoute> = {},
  ): Promise<void> => {
    const upstream = await startUpstream(respond);
    closing.push(upstream.close);
    const service = serviceWith({
      protocol: 'http',
      stable: stableAt(upstream.address),
      ...(capture && { capture }),
      ...more,
    });
    await harness.push(tableWith(1, [service]));
  };
  const ask = (
    body: string,
    headers: Record<string, string> = JSON_TYPE,
    target = '/infer',
  ): Promise<Answer> => harness.ask(`/services/spam${target}`, { method: 'POST', body, headers });
  const idOf = ({ headers }: Answer): string => String(headers['tidegate-invocation']);
  const payloads = (): string => path.join(harness.logDir, 'production', 'payloads');
  const settled = (): Promise<void> =>
    until(() => {
      const { stored, waiting, dropped } = harness.gateway.counts().payloads;
      return waiting === 0 && stored + Object.values(dropped).reduce((sum, count) => sum + count, 0) > 0;
    }, 20_000);
  const read = async (answer: Answer) =>
    (await findCapture(harness.logDir, idOf(answer), Date.now()))?.capture;

  it('are request and answer, redacted, for this user alone', async () => {
    await serve(
      (_, res) =>
        void res.writeHead(200, { ...JSON_TYPE, 'x-model': 'm1' }).end(`{"reply":"to ${PLANTED.email}"}`),
      capturePolicy({ headers: ['x-model', 'x-tag'] }),
    );
    const answer = await ask(
      `{"text":"from ${PLANTED.phone}"}`,
      { ...JSON_TYPE, 'x-tag': 'a', cookie: 'id=1' },
      `/infer?api_key=${PLANTED.ownKey}&q=1`,
    );
    await settled();
    const capture = (await read(answer))!;
    expect(capture).toMatchObject({
      schema: 'tidegate.capture/v1',
      invocation: idOf(answer),
      environment: 'production',
      service: 'spam',
      release: '1.0.0@aaaaaaaaaaaa',
      keyDigest: null,
      why: 'sample',
      ending: 'complete',
      request: {
        method: 'POST',
        path: '/infer?api_key=[secret]&q=1',
        headers: { 'content-type': 'application/json', 'x-tag': 'a' },
        body: { kind: 'json', value: { text: 'from [phone]' } },
      },
      response: {
        status: 200,
        headers: { 'content-type': 'application/json', 'x-model': 'm1' },
        body: { kind: 'json', value: { reply: 'to [email]' } },
      },
      redacted: { phone: 1, email: 1, secret: 1 },
    });
    const [hour] = await readdir(path.join(payloads(), 'spam'));
    const file = path.join(payloads(), 'spam', hour!, `${idOf(answer)}.json`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
  });

  it('never bring what was planted in requests and answers to the disk', async () => {
    const story = `${Object.values({ ...PLANTED, password: `password: ${PLANTED.password}` }).join('; ')}`;
    await serve(
      (req, res) => {
        if (req.url!.includes('stream')) {
          res.writeHead(200, {
            'content-type': 'text/event-stream',
            'set-cookie': `sid=${PLANTED.password}`,
          });
          for (let at = 0; at < story.length; at += 3)
            res.write(`data: ${JSON.stringify({ delta: { text: story.slice(at, at + 3) } })}\n\n`);
          if (req.url!.includes('cut')) res.destroy();
          else res.end();
        } else if (req.url!.includes('fail'))
          res.writeHead(500, JSON_TYPE).end(JSON.stringify({ error: story }));
        else res.writeHead(200, { 'content-type': 'text/plain' }).end(story);
      },
      capturePolicy({ hasFailed: true, headers: ['x-note'] }),
    );
    const body = JSON.stringify({ messages: [{ content: story }], password: PLANTED.password });
    const headers = {
      ...JSON_TYPE,
      authorization: PLANTED.bearer,
      'x-api-key': PLANTED.openAiKey,
      cookie: `sid=${PLANTED.password}`,
      'x-note': story.replaceAll('\n', ' '),
    };
    const target = `?who=${encodeURIComponent(PLANTED.email)}&token=${PLANTED.ownKey}`;
    for (const kind of ['plain', 'stream', 'fail']) await ask(body, headers, `/${kind}${target}`);
    await ask(body, headers, `/stream/cut${target}`).catch(() => {});
    await until(() => harness.gateway.counts().payloads.stored === 4, 20_000);
    await harness.stop();
    let files = 0;
    for (const entry of await readdir(harness.logDir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const text = await readFile(path.join(entry.parentPath, entry.name), 'utf8');
      for (const piece of GIVEAWAYS) expect(text, entry.name).not.toContain(piece);
      files += 1;
    }
    expect(files).toBe(5);
  });

  it('are drawn by the id, and of those that fail every one if asked', async () => {
    await serve(
      (req, res) => void res.writeHead(req.url!.includes('bad') ? 503 : 200).end('x'),
      capturePolicy({ share: 0.3, hasFailed: true }),
    );
    const answers = new Map<string, { drawn: boolean; bad: boolean }>();
    for (let n = 0; n < 60; n += 1) {
      const bad = n % 5 === 0;
      const id = idOf(await ask('{}', JSON_TYPE, bad ? '/bad' : '/good'));
      answers.set(id, { drawn: isSampled('capture', id, 0.3), bad });
    }
    const wanted = [...answers].filter(([, { drawn, bad }]) => drawn || bad);
    await until(() => harness.gateway.counts().payloads.stored === wanted.length, 20_000);
    for (const [id, { drawn, bad }] of answers) {
      const why = (await findCapture(harness.logDir, id, Date.now()))?.capture.why;
      expect(why).toBe(bad ? 'failed' : drawn ? 'sample' : undefined);
    }
    expect(wanted.length).toBeGreaterThan(12);
    expect(wanted.length).toBeLessThan(60);
  });

  it('keep a request that the candidate failed, with the answer that stable gave', async () => {
    const bad = await startUpstream((_, res) => void res.writeHead(500).end('broken'));
    closing.push(bad.close);
    await serve((_, res) => void res.end('from stable'), capturePolicy({ share: 0, hasFailed: true }), {
      repeatable: true,
      candidate: candidateAt([bad.address], { share: 1 }),
    });
    const answer = await ask('{"n":1}');
    expect(answer.headers['tidegate-rescued']).toBe('true');
    await settled();
    expect(await read(answer)).toMatchObject({
      why: 'failed',
      release: '1.0.0@aaaaaaaaaaaa',
      request: { body: { value: { n: 1 } } },
      response: { status: 200, body: { kind: 'text', text: 'from stable' } },
    });
  });

  it('leave out what is too long, of streams the end alone', async () => {
    await serve(
      (req, res) => {
        const isStream = req.url!.includes('stream');
        res.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'text/plain' });
        const filler = '.'.repeat(300);
        for (let n = 0; n < 1_200; n += 1)
          res.write(
            isStream
              ? `data: {"delta":{"text":"word ${n} "},"filler":"${filler}${n}"}\n\n`
              : `word ${n} ${filler}\n`,
          );
        res.end();
      },
      capturePolicy({ bodyBytesAtMost: 2_000 }),
    );
    const [plain, stream] = [
      await ask(`{"x":"${'y'.repeat(3_000)}"}`),
      await ask('{}', JSON_TYPE, '/stream'),
    ];
    await until(() => harness.gateway.counts().payloads.stored === 2, 20_000);
    expect(await read(plain)).toMatchObject({
      request: { body: { kind: 'left-out', why: 'too-large', bytes: 3_008 } },
      response: { body: { kind: 'left-out', why: 'too-large' } },
    });
    const { body } = (await read(stream))!.response;
    expect(body).toMatchObject({ kind: 'json', isStream: true, isCut: true });
    expect(JSON.stringify(body)).toContain('word 0 word 1 word 2 ');
    expect(JSON.stringify(body).length).toBeLessThan(2_200);
  });

  it('are counted as dropped while the disk takes none, and answers go out all the same', async () => {
    await serve((_, res) => void res.end('fine'), capturePolicy());
    await mkdir(path.dirname(payloads()), { recursive: true });
    await writeFile(payloads(), 'in the way');
    for (let n = 0; n < 5; n += 1) expect((await ask('{}')).body).toBe('fine');
    await until(() => harness.gateway.counts().payloads.dropped.disk === 5, 20_000);
    expect(harness.complaints.map(({ message }) => message)).toContain('captures of payloads are dropped');
    await rm(payloads());
    const kept = await ask('{}');
    await until(() => harness.gateway.counts().payloads.stored === 1, 20_000);
    expect(await read(kept)).toBeDefined();
    // Somebody clears the directory away while the gateway runs.
    await rm(payloads(), { recursive: true });
    const later = await ask('{}');
    await until(() => harness.gateway.counts().payloads.stored === 2, 20_000);
    expect(await read(later)).toBeDefined();
    expect(harness.gateway.counts().payloads).toMatchObject({ waiting: 0, dropped: { disk: 5, busy: 0 } });
  });

  it('are dropped rather than waited for', async () => {
    await harness.remove();
    harness = await startHarness({ settings: { payloadBytesWaitingAtMost: 10 } });
    await serve((_, res) => void res.end('fine'), capturePolicy());
    expect((await ask(`"${'x'.repeat(20)}"`)).body).toBe('fine');
    expect((await ask('1')).body).toBe('fine');
    await until(() => harness.gateway.counts().payloads.stored === 1, 20_000);
    expect(harness.gateway.counts().payloads.dropped).toMatchObject({ busy: 1 });
  });

  it('are none where nobody asked for them', async () => {
    await serve((_, res) => void res.writeHead(500).end(), undefined);
    await ask(PLANTED.email);
    expect(harness.gateway.counts().payloads).toMatchObject({ stored: 0, waiting: 0 });
    await harness.stop();
    await expect(stat(payloads())).rejects.toThrow('ENOENT');
  });
});
