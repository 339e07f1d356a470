import { chmod, mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeRun } from '../../evaluate/records/testing/make-run.ts';
import { writeRun } from '../../evaluate/records/testing/write-run.ts';
import { runInProcess } from '../testing/run-in-process.ts';

describe('looking at evaluations', () => {
  let project: string;
  beforeEach(async () => {
    project = await mkdtemp(join(tmpdir(), 'tidegate-eval-'));
    const runs = join(project, '.tidegate', 'evaluations');
    await mkdir(runs, { recursive: true });
    for (const [i, id] of ['20261120-a', '20261121-b'].entries()) {
      const path = join(runs, `${id}.jsonl`);
      await writeRun(path, makeRun({ seed: i + 1, cases: 120, id, accuracy: 0.8 + 0.1 * i }));
      await utimes(path, 1000 + i, 1000 + i);
    }
  });
  afterEach(() => rm(project, { recursive: true, force: true }));

  const run = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runInProcess(argv, { cwd: project, env, columns: 120 });

  it('`eval report` shows the newest, and writes files by their endings', async () => {
    const shown = await run(['eval', 'report', '-o', 'out/a.html', '--output', 'out/b.xml']);
    expect(shown.code).toBe(0);
    expect(shown.out).toContain('run         20261121-b');
    expect(shown.err).toBe(
      `Written: ${join(project, 'out/a.html')}\nWritten: ${join(project, 'out/b.xml')}\n`,
    );
    expect(await readFile(join(project, 'out/a.html'), 'utf8')).toMatch(/^<!doctype html>/);
    expect(await readFile(join(project, 'out/b.xml'), 'utf8')).toMatch(/^<\?xml/);
    const json = await run(['eval', 'report', '20261120', '-o', 'json']);
    expect(JSON.parse(json.out)).toMatchObject({ run: { id: '20261120-a' }, recorded: 120 });
  });

  it('writes nothing when an ending says nothing', async () => {
    const refused = await run(['eval', 'report', '-o', 'a.html', '-o', 'b.docx']);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('.docx');
    await expect(stat(join(project, 'a.html'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('says which runs there are when the name fits none or several', async () => {
    const none = await run(['eval', 'report', '1999']);
    expect(none.code).toBe(2);
    expect(none.err).toContain('the newest is 20261121-b');
    const several = await run(['eval', 'report', '2026']);
    expect(several.err).toContain('2026 is the beginning of 2 evaluations: 20261121-b, 20261120-a.');
  });

  it('`eval diff` compares two runs, as text, data and files', async () => {
    const shown = await run([
      'eval',
      'diff',
      '20261120',
      '20261121',
      '-o',
      'd.html',
      '-o',
      'd.md',
      '-o',
      'd.json',
    ]);
    expect(shown.code).toBe(0);
    expect(shown.out).toMatch(/^(B is better|no clear difference|better and worse)/);
    expect(shown.out).toMatch(/\d+ broken, \d+ fixed/);
    const data = JSON.parse(await readFile(join(project, 'd.json'), 'utf8')) as { counts: { fixed: number } };
    expect(shown.out).toContain(`${data.counts.fixed} fixed`);
    expect(await readFile(join(project, 'd.md'), 'utf8')).toMatch(/^# Evaluation diff\n/);
    const printed = await run(['eval', 'diff', '20261120', '20261121', '-o', 'json']);
    expect(JSON.parse(printed.out)).toEqual(data);
    expect((await run(['eval', 'diff', '20261120', '20261121', '-o', 'd.xml'])).code).toBe(2);
    expect((await run(['eval', 'diff', '20261120'])).code).toBe(2);
  });

  it('`eval view` writes a page for you alone, prints its path and opens it', async () => {
    const page = join(project, '.tidegate', 'views', '20261121-b.html');
    const only = await run(['eval', 'view', '--no-open']);
    expect(only).toMatchObject({ code: 0, out: `${page}\n`, err: '' });
    expect((await stat(page)).mode & 0o777).toBe(0o600);

    const bin = join(project, 'bin');
    await mkdir(bin);
    for (const name of ['xdg-open', 'open']) {
      await writeFile(join(bin, name), `#!/bin/sh\nprintf '%s' "$1" > '${join(project, 'opened')}'\n`);
      await chmod(join(bin, name), 0o755);
    }
    const PATH = `${bin}${delimiter}${process.env.PATH}`;
    expect(await run(['eval', 'view', '20261120'], { PATH })).toMatchObject({ code: 0, err: '' });
    expect(await readFile(join(project, 'opened'), 'utf8')).toBe(
      `file://${join(project, '.tidegate', 'views', '20261120-a.html')}`,
    );

    const without = await run(['eval', 'view'], { PATH: join(project, 'nothing') });
    expect(without).toMatchObject({ code: 0, out: `${page}\n` });
    expect(without.err).toContain('No browser could be opened here');
  });

  it('of a damaged file say which line it is', async () => {
    const path = join(project, 'broken.jsonl');
    await writeFile(path, '{"kind":"run"}\n');
    const refused = await run(['eval', 'report', 'broken.jsonl']);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`Line 1 of ${path}`);
  });
});
