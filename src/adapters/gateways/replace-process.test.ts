import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HandoverNews } from '../../core/routing/handover.ts';
import type { Hello } from '../../core/routing/link.ts';
import { until } from '../../gateway/testing/harness.ts';
import { hasEnded, slotOf, stopOne } from './gateway-slot.ts';
import { openLinkGateways } from './link-gateways.ts';
import { startOf } from './process-identity.ts';
import { replaceProcess } from './replace-process.ts';

let directory: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tidegate-replace-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(directory, { recursive: true });
});
const idle = (boot: string): number => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', boot], { stdio: 'ignore' });
  children.push(child);
  return child.pid!;
};

it('finds the process of a successor of which only the boot was said', async () => {
  const slot = await slotOf(
    { name: 'g', environment: 'production', host: '127.0.0.1', port: 1, stateDir: directory } as Parameters<
      typeof slotOf
    >[0],
    directory,
    directory,
  );
  const old = idle('old');
  slot.running = { pid: old, start: (await startOf(old))!, boot: 'old' };
  let said: HandoverNews | null = null;
  let pid = 0;
  const outcome = await replaceProcess(slot, {
    handovers: {
      standing: () => 'able',
      ask(_, { boot }) {
        pid = idle(boot);
        said = { type: 'handover', boot, state: 'done', pid: 0, detail: '' };
      },
      news: () => said,
    },
    onLost() {},
    onTrouble() {},
    isStopped: () => false,
  });
  expect(outcome).toMatchObject({ outcome: 'handed-over', from: 'old', to: slot.running.boot });
  expect(slot.running).toMatchObject({ pid, start: await startOf(pid) });
  expect(await hasEnded(slot.running)).toBe(false);
  await stopOne(slot, 5_000);
  expect(await startOf(pid)).toBeNull();
});

it('learns the pid of a successor from its own greeting', async () => {
  const link = await openLinkGateways({ socketPath: path.join(directory, 's.sock') });
  const greet = (hello: Pick<Hello, 'boot' | 'pid' | 'successor'>) => {
    const socket = connect(link.socketPath);
    const rest = { gateway: 'g', environment: 'production', address: 'http://x', generation: null };
    socket.write(`${JSON.stringify({ type: 'hello', ...rest, tripped: [], ...hello })}\n`);
    return socket;
  };
  const old = greet({ boot: 'old', pid: 11, successor: 'next' });
  await until(() => link.handovers.news('old') !== null);
  expect(link.handovers.news('old')).toMatchObject({ boot: 'next', state: 'done', pid: 0 });
  const next = greet({ boot: 'next', pid: 12 });
  await until(() => link.handovers.news('old')!.pid === 12);
  old.destroy();
  next.destroy();
  await link.close();
});
