import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts, type Installation, install } from './installation.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;

let installation: Installation;
beforeAll(() => {
  installation = install();
});
afterAll(() => installation?.remove());

const inProject = (path: string) => join(installation.directory, path);

describe('the tarball', () => {
  it('holds the compiled product and its papers, and nothing else', () => {
    const roots = new Set(installation.files.map((path) => path.split('/')[0]));
    expect([...roots].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'bin',
      'dist',
      'docs',
      'package.json',
      'schema',
      'suites',
    ]);
    expect(
      installation.files.filter((path) =>
        /\.ts$|\.tsx$|\.test\.|\.contract\.|fixture|\/testing\//.test(path),
      ),
    ).toEqual([]);
    expect(installation.files).toContain('dist/web/index.html');
    expect(installation.files).toContain('dist/web/licences.txt');
  });

  it('brings no development dependency along', () => {
    expect(() => statSync(inProject('node_modules/vitest'))).toThrow();
    expect(() => statSync(inProject('node_modules/node'))).toThrow();
  });
});

describe('npx tidegate', () => {
  it('says its version and what it can do', async () => {
    const { version } = JSON.parse(readFileSync(inProject('node_modules/tidegate/package.json'), 'utf8')) as {
      version: string;
    };
    expect((await installation.tidegate('--version')).out.trim()).toBe(version);
    expect((await installation.tidegate('--help')).out).toMatch(/\bship\b/);
  });

  it('takes a service written in Python from nothing to traffic, and stops without a trace', async (context) => {
    if (!hasPython) {
      if (process.env.CI) throw new Error('This test needs python3.');
      console.warn(`SKIPPED: "${context.task.name}" needs python3.`);
      context.skip('no python3');
    }
    const [control, gateway] = await freePorts(2);
    copyFileSync(join(import.meta.dirname, 'greeter.py'), inProject('greeter.py'));

    const init = await installation.tidegate('init');
    expect(init).toMatchObject({ code: 0, err: expect.stringContaining('Python') });
    expect(readFileSync(inProject('tidegate.yaml'), 'utf8')).toContain('python3 greeter.py');
    // As the comment in the file asks for: its name, and the path that answers once it can serve.
    edit('tidegate.yaml', /^service: .*$/m, 'service: greeter');
    edit('tidegate.yaml', /^( +ready: ).*$/m, '$1/ready');
    writeFileSync(
      inProject('tidegate.server.yaml'),
      `control: {listen: "127.0.0.1:${control}"}\nenvironments:\n  - {name: staging, gateway: "127.0.0.1:${gateway}", strategy: all-at-once}\n`,
    );
    expect(await installation.tidegate('validate')).toMatchObject({ code: 0 });

    const plane = installation.background('up', '--state', '.tidegate');
    try {
      await until(() => plane.output().includes(`http://127.0.0.1:${control}`), 30_000, plane.output);
      expect(statSync(inProject('.tidegate/admin-token')).mode & 0o777).toBe(0o600);
      const page = await fetch(`http://127.0.0.1:${control}/`);
      expect([page.status, page.headers.get('content-type')]).toEqual([
        200,
        expect.stringContaining('text/html'),
      ]);

      const shipped = await installation.tidegate('ship', '--to', 'staging', '--watch', '--timeout', '2m');
      expect(shipped, shipped.err).toMatchObject({ code: 0 });
      const first = await greet(gateway);
      expect(first).toMatchObject({
        status: 200,
        text: 'hello Ada',
        release: expect.stringMatching(/^1\.0\.0@[0-9a-f]{12}$/),
      });

      edit('greeter.py', '"hello"', '"good morning"');
      const again = await installation.tidegate('ship', '--to', 'staging', '--watch', '--timeout', '2m');
      expect(again, again.err).toMatchObject({ code: 0 });
      expect(await greet(gateway)).toMatchObject({
        text: 'good morning Ada',
        release: expect.stringMatching(/^1\.0\.1@/),
      });

      // What runs are sealed bytes: the way back needs no working tree.
      rmSync(inProject('greeter.py'));
      const back = await installation.tidegate(
        'rollback',
        '--service',
        'greeter',
        '--env',
        'staging',
        '--yes',
        '--watch',
        '--timeout',
        '2m',
      );
      expect(back, back.err).toMatchObject({ code: 0 });
      expect(await greet(gateway)).toMatchObject({ text: 'hello Ada', release: first.release });

      const trace = await installation.tidegate('trace', first.invocation, '-o', 'json');
      expect(trace, trace.err).toMatchObject({ code: 0, out: expect.stringContaining('1.0.0') });
      expect(await installation.tidegate('audit', 'verify')).toMatchObject({ code: 0 });
    } finally {
      const down = await installation.tidegate('down', '--state', '.tidegate');
      if (down.code !== 0) plane.child.kill('SIGINT');
      await plane.ended;
      expect(down, down.err).toMatchObject({ code: 0 });
    }
    await expect(greet(gateway)).rejects.toThrow();
  });
});

const edit = (path: string, from: string | RegExp, to: string): void => {
  const text = readFileSync(inProject(path), 'utf8');
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`${path} has no ${from}:\n${text}`);
  writeFileSync(inProject(path), changed);
};

const greet = async (gateway: number | undefined) => {
  const response = await fetch(`http://127.0.0.1:${gateway}/services/greeter/greet`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Ada' }),
  });
  const { text } = (await response.json()) as { text?: string };
  return {
    status: response.status,
    text,
    release: response.headers.get('tidegate-release'),
    invocation: response.headers.get('tidegate-invocation') ?? '',
  };
};

const until = async (isSo: () => boolean, withinMs: number, describe: () => string): Promise<void> => {
  const endsAtMs = performance.now() + withinMs;
  while (!isSo()) {
    if (performance.now() > endsAtMs)
      throw new Error(`It did not happen within ${withinMs} ms:\n${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
