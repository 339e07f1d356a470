import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript6';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const bin = join(import.meta.dirname, '../../bin');

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidegate-old-node-'));
  cpSync(bin, join(directory, 'bin'), { recursive: true });
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Runs the door of the package with a Node.js that says it is another version. */
const openDoor = (version: string) => {
  const pretend = join(directory, 'pretend.cjs');
  writeFileSync(pretend, `Object.defineProperty(process.versions, 'node', { value: '${version}' });\n`);
  return spawnSync(process.execPath, ['--require', pretend, join(directory, 'bin/tidegate.js'), 'status'], {
    encoding: 'utf8',
  });
};

describe('an old Node.js', () => {
  it.each(['0.12.18', '8.17.0', '18.20.8', '20.20.2', '22.11.0', '23.11.1'])(
    '%s gets one sentence and exit code 2',
    (version) => {
      const { status, stdout, stderr } = openDoor(version);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(stderr).toContain('needs Node.js 24');
      expect(stderr).toContain(`this is Node.js ${version}`);
      expect(stderr).toContain('install a newer one');
    },
  );

  it('is told in a checkout that the repository brings one along', () => {
    mkdirSync(join(directory, 'src/cli'), { recursive: true });
    expect(openDoor('20.20.2').stderr).toContain('npm run tidegate');
  });

  it.each(['24.0.0', '26.1.0'])('is not what %s is', (version) => {
    mkdirSync(join(directory, 'dist/cli'), { recursive: true });
    writeFileSync(
      join(directory, 'dist/cli/main.js'),
      "process.stdout.write('in ' + process.argv.slice(2));\n",
    );
    expect(openDoor(version)).toMatchObject({ status: 0, stdout: 'in status', stderr: '' });
  });

  it('can read the door: no syntax newer than ES5, and a folder that makes it a script', () => {
    const text = readFileSync(join(bin, 'tidegate.js'), 'utf8').replace(/^#!.*/, '');
    const compiled = ts.transpileModule(text, {
      compilerOptions: { target: ts.ScriptTarget.ES5, allowJs: true, removeComments: false },
    });
    const shape = (code: string) => code.replace(/\s+/g, '');
    expect(shape(compiled.outputText)).toBe(shape(text));
    expect(JSON.parse(readFileSync(join(bin, 'package.json'), 'utf8'))).toEqual({ type: 'commonjs' });
    expect(existsSync(join(bin, 'start.js'))).toBe(true);
  });
});
