import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { mailFeatures } from './lib/mail-features.ts';
import { mailText } from './lib/mail-text.ts';
import { liveMails } from './traffic/live-mails.ts';
import { trainModel } from './train.ts';
import { spamProbability } from './training/logistic-regression.ts';
import { type VariantName, writeVariant } from './variants.ts';

// Installs the example's own dependencies and runs its releases as processes, as Tidegate would.
const root = mkdtempSync(join(tmpdir(), 'spam-served-'));
const NAMES: VariantName[] = ['v1.1.0', 'v1.3.0', 'v1.4.0'];
let child: ChildProcess | undefined;

beforeAll(() => {
  for (const name of NAMES) writeVariant(join(root, name), name);
  // The releases stand side by side and find the packages one folder up, so that one installation does for all.
  const first = join(root, 'v1.1.0');
  execFileSync('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund'], { cwd: first, stdio: 'inherit' });
  execFileSync('mv', [join(first, 'node_modules'), root]);
}, 300_000);
afterEach(() => {
  child?.kill('SIGKILL');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function start(name: VariantName): Promise<{ url: string; process: ChildProcess; log: () => string }> {
  const env = { PATH: process.env.PATH, PORT: '0' };
  const started = spawn(process.execPath, ['server.ts'], { cwd: join(root, name), env });
  child = started;
  let log = '';
  for (const stream of [started.stdout, started.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk));
  const deadlineMs = performance.now() + 20_000;
  while (performance.now() < deadlineMs) {
    const port = /"port":(\d+)/.exec(log)?.[1];
    if (port !== undefined) return { url: `http://127.0.0.1:${port}`, process: started, log: () => log };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${name} did not start: ${log}`);
}

async function infer(url: string, ...data: string[]): Promise<{ labels: string[]; scores: number[] }> {
  const body = JSON.stringify({ inputs: [{ name: 'mail', shape: [data.length], datatype: 'BYTES', data }] });
  const response = await fetch(`${url}/v2/models/spam-filter/infer`, { method: 'POST', body });
  expect(response.status).toBe(200);
  const { outputs } = (await response.json()) as { outputs: [{ data: string[] }, { data: number[] }] };
  return { labels: outputs[0].data, scores: outputs[1].data };
}

test('the ONNX runtime computes the scores that TypeScript computes, alone and in a batch', async () => {
  const { url } = await start('v1.1.0');
  const { model, card } = trainModel({ corpus: 'all' });
  const mails = liveMails().slice(0, 128);
  const expected = mails.map(({ text }) =>
    spamProbability(model, mailFeatures(mailText(text), card.hashSize)),
  );
  const batches = [mails.slice(0, 64), mails.slice(64)];
  const batched = await Promise.all(batches.map((batch) => infer(url, ...batch.map((mail) => mail.text))));
  for (const [at, score] of batched.flatMap((batch) => batch.scores).entries()) {
    expect(Math.abs(score - expected[at]!)).toBeLessThan(1e-5);
  }
  for (const [at, mail] of mails.slice(0, 20).entries()) {
    expect(Math.abs((await infer(url, mail.text)).scores[0]! - expected[at]!)).toBeLessThan(1e-5);
  }
  expect((await infer(url, '')).scores).toHaveLength(1);
});

test('SIGTERM ends it with 0, also while a client keeps its connection', async () => {
  const { url, process: server } = await start('v1.1.0');
  await infer(url, 'Subject: hello\n\nworld');
  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
});

test('1.3.0 calls a spam that is only HTML ham, where 1.1.0 sees it', async () => {
  const spam = liveMails()
    .filter(
      (mail) => mail.label === 'spam' && /^content-type:\s*text\/html/im.test(mail.text.split('\n\n')[0]!),
    )
    .slice(0, 60)
    .map((mail) => mail.text);
  const share = async (name: VariantName) =>
    (await infer((await start(name)).url, ...spam)).labels.filter((label) => label === 'spam').length /
    spam.length;
  expect(await share('v1.1.0')).toBeGreaterThan(0.9);
  child?.kill('SIGKILL');
  expect(await share('v1.3.0')).toBeLessThan(0.1);
});

test('1.4.0 answers short mail and dies of a long one', async () => {
  const { url, process: server, log } = await start('v1.4.0');
  await infer(url, 'Subject: hello\n\nworld');
  const exited = once(server, 'exit');
  await expect(infer(url, `Subject: report\n\n${'long '.repeat(4_000)}`)).rejects.toThrow();
  expect((await exited)[0]).not.toBe(0);
  expect(log()).toContain('RangeError');
});
