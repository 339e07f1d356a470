import {
  appendFile,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CaseRecord, RunLine } from '../../core/evaluation/run/run-record.ts';
import { evaluationsDirectory, findRun, listRuns, needRun } from './find-run.ts';
import { openRunFile } from './open-run-file.ts';
import { readRunFile } from './read-run-file.ts';
import { makeRun } from './testing/make-run.ts';
import { writeRun } from './testing/write-run.ts';

describe('the file of a run', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidegate-records-'));
    path = join(directory, 'evaluations', 'run-1.jsonl');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const read = async (from = path): Promise<RunLine[]> => {
    const found: RunLine[] = [];
    for await (const line of readRunFile(from)) found.push(line);
    return found;
  };
  const lines = [...makeRun({ seed: 1, cases: 20 })];
  const write = async (some: readonly RunLine[]): Promise<void> => {
    const file = await openRunFile(path);
    await Promise.all(some.map((line) => file.append(line)));
    await file.close();
  };

  it('gives back what was appended, in the order of the calls, and nobody else may read it', async () => {
    await write(lines);
    expect(await read()).toEqual(lines);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'evaluations'))).mode & 0o777).toBe(0o700);
  });

  it('has a line on disk when its append resolves', async () => {
    const file = await openRunFile(path);
    await file.append(lines[0]!);
    expect(await read()).toEqual([lines[0]]);
    await file.close();
  });

  it('leaves a torn last line out, wherever it is torn, and goes on behind the last whole one', async () => {
    await write(lines.slice(0, 3));
    const whole = await readFile(path);
    const first = whole.indexOf(10) + 1;
    for (const cut of [1, 2, 40, whole.length - first - 1]) {
      await writeFile(path, whole);
      await truncate(path, whole.length - cut);
      const before = await read();
      expect(before).toEqual(lines.slice(0, before.length));
      // Without its newline alone, a record is whole.
      expect(before.length).toBe(cut === 1 ? 3 : cut === whole.length - first - 1 ? 1 : 2);
      await write([lines[3]!]);
      expect(await read()).toEqual([...before, lines[3]]);
    }
  });

  it('cuts off a last line of zeros, as a power cut leaves it', async () => {
    await write(lines.slice(0, 2));
    for (const rest of [Buffer.alloc(300), Buffer.concat([Buffer.alloc(200_000), Buffer.from('\n')])]) {
      await appendFile(path, rest);
      expect(await read()).toEqual(lines.slice(0, 2));
      await write([]);
    }
    await write([lines[2]!]);
    expect(await read()).toEqual(lines.slice(0, 3));
  });

  it('starts anew in a file that holds nothing whole', async () => {
    await write([]);
    for (const rest of ['', '\n', '{"kind":"ru']) {
      await writeFile(path, rest);
      await write(lines.slice(0, 2));
      expect(await read()).toEqual(lines.slice(0, 2));
    }
  });

  it('keeps answers as they are: lone surrogates, line separators, zeros, a megabyte', async () => {
    const output = `\ud800 \u2028\u2029\u0085\r\n\u0000 "</script>" ${'ü\u202e'.repeat(400_000)}`;
    const one = lines[1] as CaseRecord;
    const answer = { ...one.candidate[0]!, output };
    const hostile = { ...one, candidate: [answer] } as CaseRecord;
    await write([lines[0]!, hostile, lines[2]!]);
    expect(await read()).toEqual([lines[0], hostile, lines[2]]);
  });

  it('names the line that is no record', async () => {
    await write(lines.slice(0, 2));
    await appendFile(path, '{"kind":"case","id":3}\n');
    await expect(read()).rejects.toMatchObject({
      code: 'run-file-broken',
      message: `Line 3 of ${path} has no valid \`id\`.`,
    });
    await writeFile(path, `${JSON.stringify(lines[0])}\nnot json\n${JSON.stringify(lines[1])}\n`);
    await expect(read()).rejects.toMatchObject({ code: 'run-file-broken', data: { line: 2 } });
    await writeFile(path, '{"question":"a golden set"}\n');
    await expect(read()).rejects.toMatchObject({ code: 'run-file-broken' });
    await writeFile(path, '');
    await expect(read()).rejects.toMatchObject({ code: 'run-file-broken' });
    await expect(read(join(directory, 'none.jsonl'))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('fails every append after one that failed', async () => {
    const file = await openRunFile(path);
    await file.append(lines[0]!);
    const circular: { self?: unknown } = {};
    circular.self = circular;
    await expect(file.append({ ...lines[1], input: circular } as CaseRecord)).rejects.toThrow(/circular/);
    // What cannot be written as JSON never reached the file, so the next one is fine.
    await file.append(lines[2]!);
    await file.close();
    await expect(file.append(lines[3]!)).rejects.toThrow();
    await expect(file.append(lines[4]!)).rejects.toThrow();
    expect(await read()).toEqual([lines[0], lines[2]]);
  });

  it('finds a run by id, by the beginning of its id, by its file, or the newest', async () => {
    const runs = join(directory, '.tidegate', 'evaluations');
    expect(findRun(runs, undefined)).toEqual({ kind: 'none' });
    const ids = ['01KAAA', '01KAAB', '01KB'];
    for (const [i, id] of ids.entries()) {
      await openRunFile(join(runs, `${id}.jsonl`)).then((file) => file.close());
      await utimes(join(runs, `${id}.jsonl`), 1000, 3000 - 1000 * i);
    }
    expect(evaluationsDirectory(join(directory, 'deep', 'below'))).toBe(runs);
    const own = join(directory, 'own');
    await mkdir(join(own, 'deep'), { recursive: true });
    await writeFile(join(own, 'tidegate-eval.yaml'), '');
    expect(evaluationsDirectory(join(own, 'deep'))).toBe(join(own, '.tidegate', 'evaluations'));
    expect(listRuns(runs)).toEqual(ids);
    const at = (id: string) => ({ kind: 'found', path: join(runs, `${id}.jsonl`) });
    expect(findRun(runs, undefined)).toEqual(at('01KAAA'));
    expect(findRun(runs, '01kb')).toEqual(at('01KB'));
    expect(findRun(runs, '01KAAB')).toEqual(at('01KAAB'));
    expect(findRun(runs, '01KA')).toEqual({ kind: 'ambiguous', ids: ['01KAAA', '01KAAB'] });
    expect(findRun(runs, '01KC')).toEqual({ kind: 'none' });
    expect(findRun(runs, '.tidegate/evaluations/01KB.jsonl', directory)).toEqual(at('01KB'));
    expect(() => needRun(runs, '01KA', directory)).toThrow(/beginning of 2 evaluations/);
    expect(() => needRun(runs, 'x', directory)).toThrow(/the newest is 01KAAA/);
  });

  it('reads 20,000 cases one at a time', async () => {
    const big = join(directory, 'big.jsonl');
    await writeRun(big, makeRun({ seed: 2, cases: 20_000 }));
    let seen = 0;
    for await (const line of readRunFile(big)) if (line.kind === 'case') seen += 1;
    expect(seen).toBe(20_000);
  });
});
