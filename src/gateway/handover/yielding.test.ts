import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openHttpServer } from '../http/http-server.ts';
import { openLimits } from '../limits/open-limits.ts';
import { soleTenure } from './tenure.ts';
import { openYielding } from './yielding.ts';

it('gives up in time when the disk does not take the account of the budgets, and goes on keeping it', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'yielding-'));
  const limits = await openLimits({
    environment: 'production',
    directory,
    stateDir: directory,
    boot: 'old',
    process: 0,
    processes: 1,
    onTrouble() {},
    onBudget() {},
  });
  // Opening a pipe that nobody reads waits like a disk that hangs.
  const pipe = path.join(directory, 'budgets', 'production.json.new');
  await mkdir(path.dirname(pipe));
  execFileSync('mkfifo', [pipe]);
  const http = openHttpServer(
    () => {},
    () => {},
    { idleTimeoutMs: 1_000, checkEveryMs: 1_000 },
    null,
    null,
  );
  const tenure = soleTenure();
  const yielding = openYielding({
    tenure,
    firstRequests: { write() {} },
    routes: { settled: () => Promise.resolve() },
    limits,
    exposure: { stopped: () => [] },
    http,
    link: { handover() {}, isConnected: () => true },
    followed: () => 0,
    diskWithinMs: 50,
  });
  const late = limits.handOver;
  let lateResult: unknown = 'none';
  limits.handOver = () => {
    const handing = late();
    void handing.then((result) => {
      lateResult = result;
    });
    return handing;
  };
  await expect(yielding.yield()).rejects.toThrow('waits for the disk');
  expect(tenure.phase).toBe('leaving');
  await yielding.takeBack();
  expect(tenure.phase).toBe('serving');
  expect(lateResult).toBe('none');

  const reader = await open(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  await rm(pipe);
  await expect.poll(() => lateResult, { timeout: 5_000 }).toBeNull();
  // The one that came too late has let go of nothing.
  expect(await limits.handOver()).toEqual({ account: {}, levels: [] });
  await reader.close();
  await limits.close();
  await rm(directory, { recursive: true });
});
