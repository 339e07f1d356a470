import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openTestApi, type TestApi, type TestApiOptions, testToken } from '../api/testing/open-test-api.ts';
import { serveDemo, shipDemo, until } from '../api/testing/ship-demo.ts';
import type { CliIo } from './cli-io.ts';
import { commands } from './commands.ts';
import { type CliRun, runInProcess } from './testing/run-in-process.ts';

let api: TestApi;
let project: string;

const start = async (options: TestApiOptions = {}): Promise<void> => {
  await api?.close();
  api = await openTestApi(options);
};

const run = (argv: readonly string[], io: Partial<CliIo> = {}): Promise<CliRun> =>
  runInProcess(argv, {
    cwd: project,
    env: { TIDEGATE_SERVER: 'http://127.0.0.1:7070', TIDEGATE_TOKEN: testToken, PATH: process.env.PATH },
    fetch: api.fetch,
    ...io,
  });

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'tidegate-cli-'));
  await writeFile(
    join(project, 'tidegate.yaml'),
    'service: demo\nprotocol: http\ncomponents:\n  code:\n    files: [main.js]\nrun:\n  command: node main.js\n',
  );
  await writeFile(join(project, 'main.js'), '// 1\n');
  await start();
});
afterEach(async () => {
  await api.close();
  await rm(project, { recursive: true, force: true });
});

describe('exit code 2, usage and configuration', () => {
  it.each([
    [['nothing']],
    [['ship', '--nothing']],
    [['list', 'everything']],
    [['ship', '--version', 'latest']],
    [['ship', '--timeout', '5 parsecs']],
    [['status', '-o', 'xml']],
    [['trace']],
  ])('%j', async (argv) => {
    const { code, out, err } = await run(argv);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).not.toBe('');
  });

  it('a configuration with an unknown key, with its place and a suggestion', async () => {
    await writeFile(join(project, 'tidegate.yaml'), 'service: demo\nprotcol: http\n');
    for (const argv of [['validate'], ['ship']]) {
      const { code, err } = await run(argv);
      expect(code).toBe(2);
      expect(err).toContain('tidegate.yaml:2:1');
      expect(err).toContain('did you mean protocol?');
    }
  });

  it('no configuration, or nothing of that name', async () => {
    await rm(join(project, 'tidegate.yaml'));
    expect(await run(['ship'])).toMatchObject({ code: 2, err: expect.stringContaining('tidegate init') });
    expect(await run(['list', 'releases', 'unknown'])).toMatchObject({ code: 2 });
  });
});

describe('exit code 4, not allowed', () => {
  it('a wrong token, and none', async () => {
    const wrong = await run(['status'], {
      env: { TIDEGATE_SERVER: 'http://127.0.0.1', TIDEGATE_TOKEN: 'wrong-token-0123456789' },
    });
    expect(wrong).toMatchObject({ code: 4, out: '' });
    expect(await run(['status'], { env: { TIDEGATE_SERVER: 'http://127.0.0.1' } })).toMatchObject({
      code: 4,
    });
  });
});

describe('exit code 1, failed', () => {
  it('no server anywhere', async () => {
    const { code, err } = await runInProcess(['status'], { cwd: project });
    expect(code).toBe(1);
    expect(err).toContain('tidegate up');
  });

  it('a server that does not answer', async () => {
    const { code, err } = await run(['status'], {
      fetch: async () => {
        throw new TypeError('fetch failed');
      },
    });
    expect(code).toBe(1);
    expect(err).toContain('http://127.0.0.1:7070 does not answer');
  });

  it('something unexpected is one line, and its stack only when asked for', async () => {
    const out = (): never => {
      throw new Error('the unexpected');
    };
    const short = await run(['version'], { out });
    expect(short).toMatchObject({ code: 1 });
    expect(short.err).toContain('the unexpected');
    expect(short.err).not.toContain('    at ');
    const long = await run(['version'], { out, env: { TIDEGATE_DEBUG: '1' } });
    expect(long.err).toContain('    at ');
  });
});

describe('ship', () => {
  it('seals, registers, rolls out and tells the end: exit code 0', async () => {
    const { code, out, err } = await run(['ship', '--watch']);
    expect(code).toBe(0);
    expect(err).toContain('Server http://127.0.0.1:7070');
    expect(err).toContain('Sealed demo 1.0.0');
    expect(out).toContain('✔ staging: 1.0.0 is stable now.');
    expect(out).not.toContain('\x1b');
    const again = await run(['ship', '--version', '1.0.0']);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('already serves') });
    await writeFile(join(project, 'main.js'), '// 2\n');
    const next = await run(['ship', '-o', 'json', '--watch']);
    expect(JSON.parse(next.out)).toMatchObject({ service: 'demo', outcome: 'completed' });
    expect(api.engine.lane({ service: 'demo', environment: 'staging' }).stable).toMatchObject({
      releaseVersion: '1.0.1',
    });
    const actors = (await api.client.events({})).map(({ actor }) => actor);
    expect(actors).toContain('admin (jane)');
  });

  it('without watching only starts it', async () => {
    const { code, out } = await run(['ship', '--no-watch', '-o', 'yaml']);
    expect(code).toBe(0);
    expect(parse(out)).toMatchObject({ service: 'demo', environment: 'staging', recorded: true });
  });

  it('that a gate rejects ends with 3, one that stays open with 5', async () => {
    await writeFile(join(project, 'golden.jsonl'), '{"id":"1","input":{},"expected":"spam"}\n');
    const yaml =
      'service: demo\nprotocol: http\ncomponents:\n  code:\n    files: [main.js]\nrun:\n  command: node main.js\n' +
      'evaluate:\n  golden: golden.jsonl\n  request:\n    path: /\n    body: $' +
      '{input}\n  answer: /label\n';
    await writeFile(join(project, 'tidegate.yaml'), yaml);
    for (const [evaluation, expected, word] of [
      ['fail', 3, 'failed'],
      ['inconclusive', 5, 'inconclusive'],
    ] as const) {
      await start({ evaluation });
      const { code, out, err } = await run(['ship', '--to', 'production', '--watch', '--timeout', '10s']);
      expect(err).not.toContain('✘ error');
      expect(out).toContain(word);
      expect(out).toContain('accuracy 50 %, at least 90 % is required');
      expect(code).toBe(expected);
    }
  });

  it('that waits longer than the time-out ends with 8, and goes on', async () => {
    await start({ approvals: 1 });
    const { code, out, err } = await run(['ship', '--to', 'production', '--watch', '--timeout', '700ms']);
    expect(code).toBe(8);
    expect(out).toContain('waits for approval of stage evaluate, 0 of 1 given');
    expect(err).toContain('tidegate status --watch --service demo --env production');
    expect(api.engine.lane({ service: 'demo', environment: 'production' }).rollout).not.toBeNull();
  });

  it('detaches on Ctrl-C with 130, and the rollout goes on', async () => {
    await start({ approvals: 1 });
    const interrupt = new AbortController();
    setTimeout(() => interrupt.abort(), 700);
    const { code, err } = await run(['ship', '--to', 'production', '--watch'], {
      interrupted: interrupt.signal,
    });
    expect(code).toBe(130);
    expect(err).toContain('the rollout goes on');
    expect(api.engine.lane({ service: 'demo', environment: 'production' }).rollout).not.toBeNull();
  });

  it('that somebody rolls back ends with 3', async () => {
    await start({ approvals: 1 });
    const shipping = run(['ship', '--to', 'production', '--watch']);
    await until(api, 'production', ({ rollout }) => rollout?.stage === 0);
    const { code } = await run(['abort', '--reason', 'no']);
    expect(code).toBe(0);
    expect((await shipping).code).toBe(3);
  });

  it('draws the tree in its place on a terminal', async () => {
    await start({ approvals: 1 });
    const argv = ['ship', '--to', 'production', '--timeout', '2500ms'];
    const { out } = await run(argv, { isTerminal: true, env: { ...env(), NO_COLOR: '1' } });
    expect(out).toContain('\x1b[0J');
    expect(out).not.toContain('\x1b[3');
    expect(out).toContain('└─ ○ 100 %         to come');
  });
});

const env = () => ({
  TIDEGATE_SERVER: 'http://127.0.0.1:7070',
  TIDEGATE_TOKEN: testToken,
  PATH: process.env.PATH,
});

describe('steering', () => {
  it('finds the only rollout that can be meant, and asks only a person at a terminal', async () => {
    await start({ approvals: 1 });
    await shipDemo(api, '1.0.0', 'production');
    await until(api, 'production', ({ rollout }) => rollout?.stage === 0);
    const questions: string[] = [];
    const ask = async (question: string): Promise<boolean> => {
      questions.push(question);
      return false;
    };
    const refused = await run(['abort'], { canAsk: true, ask });
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('Nothing was done') });
    expect(questions).toEqual(['Abort the rollout of demo 1.0.0 in production?']);
    expect((await run(['pause', '-m', 'lunch'])).out).toContain('is paused in stage evaluate: lunch');
    expect((await run(['resume'])).code).toBe(0);
    expect(await run(['approve', '--stage', '50 %'])).toMatchObject({ code: 1 });
    expect((await run(['approve'])).code).toBe(0);
    await until(api, 'production', ({ stable }) => stable !== null);
    expect(await run(['abort'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('No rollout of demo'),
    });
  });

  it('asks back when several can be meant', async () => {
    await serveDemo(api, '1.0.0', 'staging');
    await serveDemo(api, '1.0.1', 'production');
    const { code, err } = await run(['rollback']);
    expect(code).toBe(2);
    expect(err).toContain('demo in staging, demo in production');
  });

  it('promotes and rolls back', async () => {
    await serveDemo(api, '1.0.0', 'staging');
    await serveDemo(api, '1.1.0', 'staging');
    expect(await run(['promote', '--watch'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('✔ production: 1.1.0 is stable now.'),
    });
    expect(await run(['rollback', '--env', 'staging', '--watch'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('✔ staging: 1.0.0 is stable now.'),
    });
    expect(await run(['rollback', '--env', 'production'])).toMatchObject({ code: 1 });
  });
});

describe('showing', () => {
  const shows = [
    ['status'],
    ['list', 'services'],
    ['list', 'releases'],
    ['list', 'rollouts'],
    ['list', 'environments'],
    ['audit'],
    ['audit', 'verify'],
    ['keys'],
    ['logs', '--env', 'staging'],
    ['plan'],
    ['validate'],
    ['version'],
  ];

  it.each(shows.map((argv) => [argv]))('%j in every format, data alone on standard output', async (argv) => {
    await serveDemo(api, '1.0.0', 'staging');
    for (const format of ['table', 'wide', 'json', 'yaml']) {
      const { code, out } = await run([...argv, '-o', format]);
      expect(code).toBe(0);
      if (format === 'json') expect(() => JSON.parse(out)).not.toThrow();
      if (format === 'yaml') expect(() => parse(out)).not.toThrow();
      expect(out).not.toContain('Server http');
    }
  });

  it('the doctor says what is wrong and fails', async () => {
    const good = await run(['doctor']);
    expect(good.out).toContain('ledger');
    expect(good.code).toBe(0);
    const bad = await runInProcess(['doctor'], { cwd: project });
    expect(bad).toMatchObject({ code: 1, out: expect.stringContaining('✘ bad') });
  });

  it('a ledger that does not verify ends with 3', async () => {
    const broken = { ok: false, seq: 3, reason: 'broken-chain', detail: 'record 3 was changed' };
    const lying: typeof fetch = async (input, init) =>
      String(input).endsWith('/ledger/verify') ? Response.json(broken) : api.fetch(input, init);
    expect(await run(['audit', 'verify'], { fetch: lying })).toMatchObject({
      code: 3,
      out: expect.stringContaining('record 3 was changed'),
    });
  });

  it('a reason that tries to steer the terminal is shown as plain text', async () => {
    await start({ approvals: 1 });
    await shipDemo(api, '1.0.0', 'production');
    const reason = 'a\u202eb';
    await run(['abort', '-m', reason]);
    const { out } = await run(['audit']);
    expect(out).not.toContain('\u202e');
    expect((await run(['abort', '-m', 'a\x1b[2J'])).code).not.toBe(0);
  });
});

it('every command has a summary and help, and help ends with 0', async () => {
  const { code, out } = await run(['--help']);
  expect(code).toBe(0);
  for (const { name, summary } of commands) {
    expect(out).toContain(`  ${name}`);
    expect(summary).toMatch(/^\S.*[^.]$/);
    expect(await run([name, '--help'])).toMatchObject({ code: 0, out: expect.stringContaining('Usage:') });
  }
});
