import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { trainModel } from '../train.ts';
import { readCorpus } from '../training/corpus.ts';
import { spamProbability } from '../training/logistic-regression.ts';
import type { Classifier } from './classifier.ts';
import { mailFeatures } from './mail-features.ts';
import { mailText } from './mail-text.ts';
import { createSpamServer, type SpamServer } from './spam-server.ts';

// The model as TypeScript computes it; the slow test runs the same contract's happy path with the ONNX runtime.
const { model, card } = trainModel({ corpus: 'early' });
const classify: Classifier = async (mails) =>
  mails.map((mail) => spamProbability(model, mailFeatures(mailText(mail), card.hashSize)));

let running: SpamServer | undefined;

afterEach(() => {
  running?.server.closeAllConnections();
  running?.server.close();
});

async function start(options: { classify?: Classifier; maxBodyBytes?: number } = {}): Promise<string> {
  running = createSpamServer({ classify, threshold: 0.5, ...options });
  running.server.listen(0, '127.0.0.1');
  await once(running.server, 'listening');
  return `http://127.0.0.1:${(running.server.address() as AddressInfo).port}`;
}

const INFER = '/v2/models/spam-filter/infer';
const mailInput = (...data: unknown[]) => ({
  inputs: [{ name: 'mail', shape: [data.length], datatype: 'BYTES', data }],
});
const post = (url: string, body: unknown) =>
  fetch(url + INFER, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });

test('answers health and metadata', async () => {
  const url = await start();
  for (const path of ['/v2/health/live', '/v2/health/ready', '/v2/models/spam-filter/ready']) {
    expect((await fetch(url + path)).status, path).toBe(200);
  }
  expect(await (await fetch(`${url}/v2/models/spam-filter`)).json()).toMatchObject({
    name: 'spam-filter',
    inputs: [{ name: 'mail', datatype: 'BYTES' }],
    outputs: [{ name: 'label' }, { name: 'score' }],
  });
});

test('labels and scores every mail of a request, in order', async () => {
  const url = await start();
  const pick = (label: string) =>
    readCorpus().filter(
      (mail) => mail.use === 'golden' && mail.period === 'early' && mail.label === label,
    )[1]!.text;
  const response = await post(url, { id: 'abc', ...mailInput(pick('spam'), pick('ham')) });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  const answer = (await response.json()) as { id: string; outputs: { name: string; data: number[] }[] };
  expect(answer).toMatchObject({
    model_name: 'spam-filter',
    id: 'abc',
    outputs: [
      { name: 'label', datatype: 'BYTES', shape: [2], data: ['spam', 'ham'] },
      { name: 'score', datatype: 'FP32', shape: [2] },
    ],
  });
  expect(answer.outputs[1]!.data[0]).toBeGreaterThan(0.5);
  expect(answer.outputs[1]!.data[1]).toBeLessThan(0.5);
});

test.each([
  ['no JSON', 'nonsense'],
  ['no object', []],
  ['no inputs', {}],
  ['no list of inputs', { inputs: 'mail' }],
  ['another input', { inputs: [{ ...mailInput('x').inputs[0], name: 'letter' }] }],
  ['another datatype', { inputs: [{ ...mailInput('x').inputs[0], datatype: 'FP32' }] }],
  ['a shape that does not fit', { inputs: [{ ...mailInput('x').inputs[0], shape: [2] }] }],
  ['no mail', mailInput()],
  ['too many mails', mailInput(...Array.from({ length: 65 }, () => 'x'))],
  ['a number as mail', mailInput(7)],
  ['a number as id', { id: 7, ...mailInput('x') }],
])('refuses a request with %s', async (_, body) => {
  const response = await post(await start(), body);
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ error: expect.stringMatching(/\.$/) });
});

test('refuses other paths, other methods and bodies that are too large', async () => {
  const url = await start({ maxBodyBytes: 100_000 });
  expect((await fetch(`${url}/v2/models/other/infer`)).status).toBe(404);
  expect((await fetch(url + INFER)).status).toBe(405);
  expect((await fetch(`${url}/v2/health/ready`, { method: 'POST' })).status).toBe(405);
  expect((await post(url, mailInput('x'.repeat(3_000_000)))).status).toBe(413);
});

test('a failing model is a 500, and the next request is answered', async () => {
  let calls = 0;
  const url = await start({
    classify: (mails) => (calls++ === 0 ? Promise.reject(new Error('broken')) : classify(mails)),
  });
  expect((await post(url, mailInput('x'))).status).toBe(500);
  expect((await post(url, mailInput('x'))).status).toBe(200);
});

test('a client that leaves in the middle of its body does no harm', async () => {
  const url = await start();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`POST ${INFER} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"inp`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.destroy();
  expect((await post(url, mailInput('x'))).status).toBe(200);
});

test('draining answers what is under way, then closes', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let entered = () => {};
  const inside = new Promise<void>((resolve) => {
    entered = resolve;
  });
  const url = await start({
    classify: async (mails) => {
      entered();
      await held;
      return classify(mails);
    },
  });
  const underWay = post(url, mailInput('x'));
  await inside;
  const drained = running!.drain();
  await expect(fetch(`${url}/v2/health/ready`)).rejects.toThrow();
  const releasedMs = performance.now();
  release();
  expect((await underWay).status).toBe(200);
  await drained;
  // Not the seconds for which the client would have kept the connection.
  expect(performance.now() - releasedMs).toBeLessThan(1_000);
});
