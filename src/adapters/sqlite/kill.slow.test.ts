import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openSqliteEvidenceStore } from './sqlite-evidence-store.ts';
import { openSqliteLedger } from './sqlite-ledger.ts';

/** Eight callers append as fast as they can; each acknowledged record is printed as `seq hash`. */
const appender = `
  import { openSqliteLedger } from '${new URL('./sqlite-ledger.ts', import.meta.url)}';
  const ledger = await openSqliteLedger({ directory: process.argv[1] });
  for (let caller = 0; caller < 8; caller++) {
    const run = async () => {
      for (let version = (await ledger.read('s' + caller)).length; ; version++) {
        const event = { type: 'thing.happened', schema: 1, atMs: 1, actor: 'engine', data: { version } };
        const [stored] = await ledger.append('s' + caller, version, [event]);
        process.stdout.write(stored.seq + ' ' + stored.hash + '\\n');
      }
    };
    void run();
  }
`;

/** Saves an ever growing number; each acknowledged one is printed. */
const saver = `
  import { openSqliteEvidenceStore } from '${new URL('./sqlite-evidence-store.ts', import.meta.url)}';
  const store = await openSqliteEvidenceStore({ directory: process.argv[1] });
  for (let n = 1 + ((await store.load()).frames.boot ?? 0); ; n++) {
    const lines = { from: n - 1, texts: [String(n)] };
    await store.save([{ rollout: 'r', atMs: n, evidence: { n }, lines }], { boot: n });
    process.stdout.write(n + '\\n');
  }
`;

/** Lets it run for a random while after its first word, kills it with SIGKILL, and returns the whole lines it printed. */
async function linesUntilKilled(program: string, directory: string): Promise<readonly string[]> {
  const options = { stdio: ['ignore', 'pipe', 'inherit'] as ['ignore', 'pipe', 'inherit'] };
  const child: ChildProcessByStdio<null, Readable, null> = spawn(
    process.execPath,
    ['--input-type=module', '--eval', program, '--', directory],
    options,
  );
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  await sleep(Math.random() * 120);
  child.kill('SIGKILL');
  const [, signal] = await closed;
  expect(signal).toBe('SIGKILL');
  return printed.split('\n').slice(0, -1);
}

describe('after kill -9', () => {
  it('the ledger holds every record it acknowledged, and verifies', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tidegate-kill-'));
    const acknowledged = new Map<number, string>();
    try {
      for (let round = 0; round < 8; round++) {
        const lines = await linesUntilKilled(appender, directory);
        expect(lines.length).toBeGreaterThan(0);
        for (const line of lines) {
          const [seq, hash] = line.split(' ') as [string, string];
          // Two records acknowledged at one place would mean that one of them was lost.
          expect(acknowledged.has(Number(seq))).toBe(false);
          acknowledged.set(Number(seq), hash);
        }
        const ledger = await openSqliteLedger({ directory });
        try {
          const found = new Map<number, string>();
          for (
            let after = 0, page = await ledger.readAll(0);
            page.length > 0;
            page = await ledger.readAll(after)
          ) {
            for (const { seq, hash } of page) found.set(seq, hash);
            after += page.length;
          }
          for (const [seq, hash] of acknowledged) expect(found.get(seq), `record ${seq}`).toBe(hash);
          expect(await ledger.verify()).toMatchObject({ ok: true, events: found.size });
        } finally {
          await ledger.close();
        }
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('the evidence store holds what it acknowledged last, or something newer: evidence, lines and frame together', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tidegate-kill-'));
    try {
      for (let round = 0; round < 4; round++) {
        const lines = await linesUntilKilled(saver, directory);
        const store = await openSqliteEvidenceStore({ directory });
        const { snapshots, frames } = await store.load();
        const lastLine = await store.lines('r', (frames.boot ?? 0) - 1, 9);
        await store.close();
        expect(frames.boot).toBeGreaterThanOrEqual(Number(lines.at(-1)));
        expect(snapshots).toEqual([{ rollout: 'r', atMs: frames.boot, evidence: { n: frames.boot } }]);
        expect(lastLine).toEqual([String(frames.boot)]);
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
