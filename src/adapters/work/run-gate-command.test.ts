import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runGateCommand } from './run-gate-command.ts';

describe('the command of a gate', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidegate-gate-'));
  });
  afterEach(async () => await rm(directory, { recursive: true }));
  const run = (command: string, signal: AbortSignal) =>
    runGateCommand(
      { command, directory, env: { PATH: process.env.PATH ?? '' }, user: null, timeoutMs: 10_000 },
      signal,
    );

  it('runs in the directory of the release and gives its exit code and output', async () => {
    const done = await run('echo fine; touch mark; exit 3', new AbortController().signal);
    expect(done).toEqual({ exitCode: 3, output: 'fine' });
    expect(await readdir(directory)).toEqual(['mark']);
  });

  it('does not start when it was called off before', async () => {
    const done = await run('touch mark', AbortSignal.abort());
    expect(done.exitCode).toBeNull();
    expect(await readdir(directory)).toEqual([]);
  });

  it('is killed with all it started when it is called off', async () => {
    const controller = new AbortController();
    const running = run('touch mark; sleep 60 & wait', controller.signal);
    while ((await readdir(directory)).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    controller.abort();
    expect((await running).exitCode).toBeNull();
  });
});
