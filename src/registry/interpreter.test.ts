import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkPlatform } from './check-platform.ts';
import { findInterpreter, interpreterVersion, isCompatible } from './interpreter.ts';

let bin: string;
beforeAll(async () => {
  bin = await mkdtemp(join(tmpdir(), 'tidegate-bin-'));
  const answers = {
    node: 'echo v24.1.2',
    python3: 'echo Python 3.11.7',
    'python3.12': 'echo Python 3.12.1',
    ruby: 'echo "ruby 3.1.2p20 (2022-04-12 revision 4491bb740a) [x86_64-linux-gnu]"',
    java: `echo 'openjdk version "17.0.9" 2023-10-17' >&2`,
    deno: 'exit 1',
  };
  for (const [name, script] of Object.entries(answers)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
});
afterAll(() => rm(bin, { recursive: true }));

describe('the interpreter of a release', () => {
  test.each([
    ['node server.ts', null, { name: 'node', version: '24.1.2' }],
    ['exec node server.ts', null, { name: 'node', version: '24.1.2' }],
    ['A=1 B="x" python3 app.py', null, { name: 'python3', version: '3.11.7' }],
    ['python3.12 -m app', null, { name: 'python3.12', version: '3.12.1' }],
    ['npm start', null, { name: 'node', version: '24.1.2' }],
    ['java -jar x.jar', null, { name: 'java', version: '17.0.9' }],
    ['ruby x.rb', null, { name: 'ruby', version: '3.1.2p20' }],
    ['.venv/bin/uvicorn app:app', 'python3 -m venv .venv', { name: 'python3', version: '3.11.7' }],
    ['./server', null, null],
    ['./server', 'make', null],
    ['deno run x', null, null],
    ['perl-not-here x', null, null],
    ['', null, null],
  ])('%s (installed by %s)', async (command, install, expected) => {
    expect(await findInterpreter(command, install, bin)).toEqual(expected);
  });

  test('is really asked: the Node.js that runs this says its own version', async () => {
    expect(await interpreterVersion('node', join(process.execPath, '..'))).toBe(process.versions.node);
  });

  test.each([
    ['node', '24.1.2', '24.9.0', true],
    ['node', '24.1.2', '25.0.0', false],
    ['python3', '3.11.7', '3.11.9', true],
    ['python3', '3.11.7', '3.12.0', false],
    ['python3.11', '3.11.7', '3.11.9', true],
    ['other', '1.0.0', '1.0.1', false],
  ])('%s %s and %s', (name, a, b, compatible) => {
    expect(isCompatible(name, a, b)).toBe(compatible);
  });
});

describe('the platform', () => {
  const platform = { os: process.platform, arch: process.arch };
  test('of another kind is refused, naming both', async () => {
    const check = checkPlatform({ platform: { os: 'plan9', arch: 'vax' }, interpreter: null }, bin, () => {});
    await expect(check).rejects.toMatchObject({
      code: 'platform-mismatch',
      message: expect.stringMatching(`plan9 on vax.*${process.platform} on ${process.arch}`),
    });
  });
  test('with another interpreter as well, or without', async () => {
    const check = (name: string, version: string) =>
      checkPlatform({ platform, interpreter: { name, version } }, bin, () => {});
    await expect(check('node', '20.0.0')).rejects.toMatchObject({
      message: expect.stringMatching('node 20.0.0.*node 24.1.2'),
    });
    await expect(check('bun', '1.0.0')).rejects.toMatchObject({
      message: expect.stringMatching('bun 1.0.0.*no bun'),
    });
  });
  test('that differs in fixes is told, and fits', async () => {
    const told: string[] = [];
    const here = await checkPlatform(
      { platform, interpreter: { name: 'python3', version: '3.11.1' } },
      bin,
      (text) => told.push(text),
    );
    expect(here).toBe('python3 3.11.7');
    expect(told.join()).toMatch(/3\.11\.1.*3\.11\.7/);
  });
});
