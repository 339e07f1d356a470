import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { CommandScorer } from './command-scorer.ts';
import { commandScorer } from './command-scorer.ts';
import type { Scored } from './scored.ts';

const directory = mkdtempSync(join(tmpdir(), 'tidegate-command-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let open: CommandScorer[] = [];
afterEach(async () => {
  await Promise.all(open.map((one) => one.close()));
  open = [];
});

let files = 0;
const scorer = (program: string, timeoutMs = 20_000): CommandScorer => {
  files += 1;
  const file = join(directory, `${files}.cjs`);
  writeFileSync(file, program);
  return opened([process.execPath, file], timeoutMs);
};
const opened = (command: readonly string[], timeoutMs: number, startMs?: number): CommandScorer => {
  const own = { timeoutMs, better: 'higher', range: [0, 1], version: '1' } as const;
  const made = commandScorer(command, directory, own, startMs);
  open.push(made);
  return made;
};
/** `body` works on one line; `say(score)` replies. */
const lines = (body: string): string => `
  require('node:readline').createInterface({input: process.stdin}).on('line', (line) => {
    const {id, output} = JSON.parse(line);
    const say = (score) => require('node:fs').writeSync(1, JSON.stringify({id, score}) + '\\n');
    ${body}
  })`;
const HOST = fileURLToPath(new URL('./module-host.ts', import.meta.url));
const one: EvaluationCase = {
  id: 'a',
  input: 'q',
  expected: 'x',
  tags: [],
  weight: 1,
  metadata: {},
  position: 0,
};
const scoreAll = (made: CommandScorer, outputs: readonly unknown[]): Promise<Scored[]> =>
  Promise.all(outputs.map((output) => made.score(one, output, new AbortController().signal)));
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const failures = (scored: readonly Scored[]): unknown[] =>
  scored.flatMap((each, i) => (each.kind === 'failed' ? [[i, each.detail]] : []));

it('blames the case that ends the program, and no other', async () => {
  const made = scorer(lines('if (output === 5 || output === 6) process.exit(9); say(1)'));
  expect(failures(await scoreAll(made, numbers(12)))).toEqual([
    [5, 'the scorer ended with code 9'],
    [6, 'the scorer ended with code 9'],
  ]);
  expect(failures(await scoreAll(made, [0, 1]))).toEqual([]);
});

it('blames none of those that were in the program beside the one', async () => {
  const made = scorer(lines('if (output === 3) process.exit(4); setTimeout(() => say(1), 40)'));
  expect(failures(await scoreAll(made, numbers(6)))).toEqual([[3, 'the scorer ended with code 4']]);
});

it('blames no case for a program that ends after every reply', async () => {
  const made = scorer(lines('say(1); process.exit(0)'));
  expect(failures(await scoreAll(made, numbers(3)))).toEqual([]);
});

it('gives up a program that dies of every case, and says so of cases that it never saw', async () => {
  const made = scorer('process.exit(7)');
  const found = failures(await scoreAll(made, numbers(8)));
  expect(found.map((each) => (each as string[])[1])).toEqual([
    ...new Array<string>(5).fill('the scorer ended with code 7'),
    ...new Array<string>(3).fill('the scorer is given up, after 5 cases in a row it ended with code 7'),
  ]);
});

it('counts no time in which a case waits for the cases before it', async () => {
  const sleeps = `i=0; while read -r line; do i=$((i+1)); sleep 0.12; printf '{"id":%d,"score":1}\\n' $i; done`;
  const made = opened(['sh', '-c', sleeps], 2_000);
  expect(failures(await scoreAll(made, numbers(20)))).toEqual([]);
});

it('fails the one case on which a synchronous module hangs', async () => {
  const file = join(directory, 'hangs.mjs');
  writeFileSync(file, 'export default (one, output) => { if (output === 3) for (;;); return 1; };');
  const made = opened([process.execPath, HOST, file], 1_000, 60_000);
  expect(failures(await scoreAll(made, numbers(8)))).toEqual([[3, 'the scorer took longer than 1000 ms']]);
});

it('ends what a wrapper has started, at the end of the run and at a time-out', async () => {
  const pids = join(directory, 'pids');
  const inner = join(directory, 'inner.sh');
  // Deaf to the end of its input, and with a program of its own.
  const hang = `sleep 600 & echo $! >> '${pids}'; wait`;
  const reply = `i=$((i+1)); printf '{"id":%d,"score":1}\\n' $i`;
  writeFileSync(
    inner,
    `echo $$ >> '${pids}'; while read -r line; do case $line in *hang*) ${hang};; *) ${reply};; esac; done; ${hang}`,
  );
  const made = opened(['sh', '-c', `sh '${inner}'; true`], 2_000);
  expect(failures(await scoreAll(made, ['a']))).toEqual([]);
  expect(failures(await scoreAll(made, ['hang']))).toEqual([[0, 'the scorer took longer than 2000 ms']]);
  const next = made.score(one, 'hang', new AbortController().signal);
  await vi.waitFor(() => expect(readFileSync(pids, 'utf8').trim().split('\n')).toHaveLength(4), 5_000);
  await made.close();
  await next;
  const left = (): string[] => readFileSync(pids, 'utf8').trim().split('\n').filter(isRunning);
  await vi.waitFor(() => expect(left()).toEqual([]), 5_000);
});

it('ends what a program leaves behind that ends by itself', async () => {
  const pid = join(directory, 'left');
  const leaves = `sleep 600 & echo $! > '${pid}'; read -r line; printf '{"id":1,"score":1}\\n'`;
  const made = opened(['sh', '-c', leaves], 20_000);
  expect(failures(await scoreAll(made, ['a']))).toEqual([]);
  await made.close();
  await vi.waitFor(() => expect(isRunning(readFileSync(pid, 'utf8').trim())).toBe(false), 5_000);
});

/** One that has ended and that nobody waits for is still listed, as a zombie. */
const isRunning = (pid: string): boolean => {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
};

it('quotes what is no reply where a case goes wrong', async () => {
  const wrong =
    "require('node:fs').writeSync(1, 'Score:\\t\\x1b[1m' + 'x'.repeat(200) + '\\n'); process.exit(3)";
  const made = scorer(`console.log('banner');${lines(`if (output === 1) { ${wrong} } else say(1)`)}`);
  const quoted = `"Score:\\t\\u{1b}[1m${'x'.repeat(109)}…"`;
  expect(failures(await scoreAll(made, [0, 1, 2]))).toEqual([
    [1, `the scorer ended with code 3; its last line that is no reply: ${quoted}`],
  ]);
});
