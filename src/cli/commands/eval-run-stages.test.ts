import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addUp, sums } from '../../evaluate/testing/run-plan.ts';
import type { Answerer, AnswerServer } from '../../evaluate/testing/serve-answers.ts';
import { serveAnswers } from '../../evaluate/testing/serve-answers.ts';
import { runInProcess } from '../testing/run-in-process.ts';

let cwd: string;
let servers: AnswerServer[] = [];
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tidegate-eval-stages-'));
  const cases = sums(12).map((one) => JSON.stringify(one));
  writeFileSync(join(cwd, 'golden.jsonl'), cases.join('\n'));
});
afterEach(async () => {
  for (const server of servers) await server.close();
  servers = [];
  rmSync(cwd, { recursive: true, force: true });
});
const serve = async (answerer: Answerer): Promise<AnswerServer> => {
  const server = await serveAnswers(answerer);
  servers.push(server);
  return server;
};
const evalRun = (file: string, args: readonly string[] = [], env: Record<string, string> = {}) => {
  writeFileSync(join(cwd, 'tidegate-eval.yaml'), `golden: golden.jsonl\nscorers: [exact]\n${file}`);
  return runInProcess(['eval', 'run', ...args], { cwd, env });
};
const written = (name: string): string => readFileSync(join(cwd, name), 'utf8');

describe('tidegate eval run', () => {
  it('puts the target under load, and has its figures in every report', async () => {
    const { url } = await serve(addUp);
    // How sure an upper limit is depends on how busy the machine is; that an answer takes time does not.
    const result = await evalRun(
      `target: {url: '${url}'}
load: {open: {rate: 250/s, arrivals: fixed, duration: 1500ms, warmUp: 100ms}}
require:
  - {metric: load.p99, min: 0.001}
  - {metric: load.errorShare, max: 20%}
`,
      ['-o', 'a.html', '-o', 'a.json', '-o', 'a.md', '-o', 'a.xml'],
    );
    expect(result.code, result.err + result.out).toBe(0);
    expect(result.out).toMatch(/load\.p99 +all/);
    expect(result.out).toMatch(/latency p95 +all/);
    expect(result.out).toContain(
      'load, 250 requests a second: 0.1 s of warm-up and 1.5 s measured: 400 sent',
    );
    const { summary } = JSON.parse(written('a.json')) as { summary: { load: unknown; metrics: object[] } };
    expect(summary.load).toMatchObject([{ part: 'open', sent: 400 }]);
    expect(summary.metrics).toContainEqual(
      expect.objectContaining({ metric: 'latency', percentile: 99, n: 12 }),
    );
    expect(written('a.md')).toContain('load.throughput');
    expect(written('a.html')).toContain('load.throughput');
    expect(written('a.xml')).toContain('name="load.p99 at least 0.001"');
  });

  it('tests what comes back while the upstream of the target fails', async () => {
    const upstream = await serve(addUp);
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
    const { port } = probe.address() as AddressInfo;
    const service = await serve(async (body) => {
      const answer = await fetch(`http://127.0.0.1:${port}/answer`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      if (answer.ok) return answer.json();
      return answer.status === 429 ? 'busy, try again later' : 'sorry';
    });
    const file = `target: {url: '${service.url}'}
faults:
  upstream: '${new URL(upstream.url).origin}'
  listen: 127.0.0.1:${port}
  fallback: {contains: try again later}
  scenarios: [{fault: status, status: 429}, {fault: status, status: 503, name: outage}]
require: [fallback]
`;
    const taken = await evalRun(file);
    expect(taken.code).not.toBe(0);
    expect(taken.err).toContain(`127.0.0.1:${port}, where the fault proxy is to listen, is taken.`);
    await new Promise<void>((resolve) => probe.close(() => resolve()));
    const result = await evalRun(file, ['-o', 'junit.xml']);
    expect(result.code, result.err + result.out).toBe(3);
    expect(result.out).toMatch(/pass +fallback: status 429/);
    expect(result.out).toMatch(/fail +fallback: outage/);
    expect(result.out).toContain(
      '0 of 3 cases as they had to be; c0: the answer does not hold "try again later"',
    );
    expect(written('junit.xml')).toMatch(/name="fallback: outage"><failure/);
  });

  it('records answers once, and replays them without a call or a key', async () => {
    const server = await serve(addUp);
    const file = `target: {url: '${server.url}', headers: {authorization: 'Bearer \${env:EVAL_KEY}'}}
require: [{metric: exact, min: 70%}]
`;
    const recorded = await evalRun(file, ['--record', 'answers.jsonl'], { EVAL_KEY: 'top-secret-1' });
    expect(recorded.code, recorded.err).toBe(0);
    expect(written('answers.jsonl')).not.toContain('top-secret');
    await server.close();
    const replayed = await evalRun(file, ['--replay', 'answers.jsonl']);
    expect(replayed.code, replayed.err).toBe(0);
    expect(replayed.out).toContain('nothing was called');
    const cases = sums(13).map((one) => JSON.stringify(one));
    writeFileSync(join(cwd, 'golden.jsonl'), cases.join('\n'));
    const unknown = await evalRun(file, ['--replay', 'answers.jsonl']);
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain('has no answer for 1 request: "c12" (never recorded).');
    const both = await evalRun(file, ['--replay', 'a', '--record', 'b']);
    expect(both.code).toBe(2);
  });
});
