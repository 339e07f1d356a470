import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { serveDemo, shipDemo, until } from '../api/testing/ship-demo.ts';
import { commands } from './commands.ts';
import { type CliProject, openCliProject } from './testing/open-cli-project.ts';
import { runInProcess } from './testing/run-in-process.ts';

let cli: CliProject;
beforeEach(async () => {
  cli = await openCliProject();
});
afterEach(() => cli.close());

const run: CliProject['run'] = (argv, io) => cli.run(argv, io);

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
    await writeFile(join(cli.project, 'tidegate.yaml'), 'service: demo\nprotcol: http\n');
    for (const argv of [['validate'], ['ship']]) {
      const { code, err } = await run(argv);
      expect(code).toBe(2);
      expect(err).toContain('tidegate.yaml:2:1');
      expect(err).toContain('did you mean protocol?');
    }
  });

  it('no configuration, or nothing of that name', async () => {
    await rm(join(cli.project, 'tidegate.yaml'));
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
    const { code, err } = await runInProcess(['status'], { cwd: cli.project });
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

describe('a name that nobody knows', () => {
  it.each([
    [
      ['status', '--env', 'prod'],
      'no environment prod; there are staging, production',
      'Did you mean production?',
    ],
    [['audit', '--env', 'prod'], 'no environment prod', 'Did you mean production?'],
    [['status', '-s', 'demmo'], 'no service demmo; there are demo', 'Did you mean demo?'],
    [['list', 'rollouts', 'nope'], 'no service nope', 'tidegate list services'],
    [['logs', '--env', 'prod'], 'no environment prod', 'tidegate list environments'],
  ])('%j', async (argv, what, todo) => {
    await serveDemo(cli.api, '1.0.0', 'staging');
    const { code, out, err } = await run(argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(what);
    expect(err).toContain(todo);
  });

  it('is told as it was typed', async () => {
    expect(await run(['keys', 'create', 'My App'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('such as my-app'),
    });
    expect(await run(['audit', '-n', '0'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--limit'),
    });
    expect((await run(['keys', 'create', 'app'])).code).toBe(0);
    expect((await run(['keys', 'create', 'app'])).err).toContain('`tidegate keys`');
  });

  it('is one line of JSON at the end of stderr for a program', async () => {
    const { out, err } = await run(['status', '--env', 'prod', '-o', 'json']);
    expect(out).toBe('');
    expect(JSON.parse(err.trim().split('\n').at(-1) ?? '')).toEqual({
      code: 'not-found',
      message: expect.stringContaining('no environment prod'),
      todo: 'Did you mean production?',
    });
  });
});

describe('steering', () => {
  it('finds the only rollout that can be meant, and asks only a person at a terminal', async () => {
    await cli.start({ approvals: 1 });
    await shipDemo(cli.api, '1.0.0', 'production');
    await until(cli.api, 'production', ({ rollout }) => rollout?.stage === 0);
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
    expect((await run(['approve', '--yes'])).code).toBe(0);
    await until(cli.api, 'production', ({ stable }) => stable !== null);
    expect(await run(['abort'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('No rollout of demo'),
    });
  });

  it('does nothing where nobody can be asked, unless --yes is given; an abort is never held up', async () => {
    await serveDemo(cli.api, '1.0.0', 'staging');
    for (const argv of [
      ['promote'],
      ['rollback'],
      ['keys', 'revoke', 'app'],
      ['limits', 'clear', '--env', 'staging'],
    ])
      expect(await run(argv), argv.join(' ')).toMatchObject({
        code: 2,
        err: expect.stringContaining('Pass --yes'),
      });
    await cli.start({ approvals: 1 });
    await shipDemo(cli.api, '1.0.0', 'production');
    await until(cli.api, 'production', ({ rollout }) => rollout?.stage === 0);
    expect(await run(['approve'])).toMatchObject({ code: 2 });
    expect(await run(['rollback', '--to', '0.9.0'])).toMatchObject({ code: 2 });
    expect(await run(['rollback'])).toMatchObject({ code: 0 });
    await shipDemo(cli.api, '1.0.1', 'production');
    await until(cli.api, 'production', ({ rollout }) => rollout?.stage === 0);
    expect(await run(['abort'])).toMatchObject({ code: 0 });
  });

  it('asks back when several can be meant', async () => {
    await serveDemo(cli.api, '1.0.0', 'staging');
    await serveDemo(cli.api, '1.0.1', 'production');
    const { code, err } = await run(['rollback']);
    expect(code).toBe(2);
    expect(err).toContain('demo in staging, demo in production');
  });

  it('promotes and rolls back', async () => {
    await serveDemo(cli.api, '1.0.0', 'staging');
    await serveDemo(cli.api, '1.1.0', 'staging');
    expect(await run(['promote', '--watch', '--yes'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('✔ production: 1.1.0 is stable now.'),
    });
    expect(await run(['rollback', '--env', 'staging', '--watch', '--yes'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('✔ staging: 1.0.0 is stable now.'),
    });
    expect(await run(['rollback', '--env', 'production', '--yes'])).toMatchObject({ code: 1 });
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
    await serveDemo(cli.api, '1.0.0', 'staging');
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
    const bad = await runInProcess(['doctor'], { cwd: cli.project });
    expect(bad).toMatchObject({ code: 1, out: expect.stringContaining('✘ bad') });
  });

  it('a ledger that does not verify ends with 3', async () => {
    const broken = { ok: false, seq: 3, reason: 'broken-chain', detail: 'record 3 was changed' };
    const lying: typeof fetch = async (input, init) =>
      String(input).endsWith('/ledger/verify') ? Response.json(broken) : cli.api.fetch(input, init);
    expect(await run(['audit', 'verify'], { fetch: lying })).toMatchObject({
      code: 3,
      out: expect.stringContaining('record 3 was changed'),
    });
  });

  it('a reason that tries to steer the terminal is shown as plain text', async () => {
    await cli.start({ approvals: 1 });
    await shipDemo(cli.api, '1.0.0', 'production');
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
