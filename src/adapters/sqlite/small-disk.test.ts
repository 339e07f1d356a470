import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import type { Ledger, NewEvent } from '../../ports/ledger.ts';
import { openSqliteEvidenceStore } from './sqlite-evidence-store.ts';
import { openSqliteLedger } from './sqlite-ledger.ts';

const event = (data: unknown = null): NewEvent => ({
  type: 'thing.happened',
  schema: 1,
  atMs: 1,
  actor: 'engine',
  data,
});
const big = event('x'.repeat(100_000));

/** A real file system of its own that can be filled up. Needs the right to mount. */
async function onSmallDisk(
  context: TestContext,
  megabytes: number,
  test: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'tidegate-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', directory], { stdio: 'pipe' });
  } catch (error) {
    rmdirSync(directory);
    if (process.env.CI === 'true')
      throw new Error('A small disk cannot be mounted here, but CI must test one.', { cause: error });
    console.warn(`SKIPPED: "${context.task.name}" needs the right to mount a small disk.`);
    context.skip('no right to mount');
    return;
  }
  try {
    await test(directory);
  } finally {
    execFileSync('umount', ['--lazy', directory]);
    rmdirSync(directory);
  }
}

/** Takes all the space there is, to the last page. */
function fill(directory: string): void {
  for (let bytes = 1024 * 1024, part = 0; bytes >= 1; part++) {
    try {
      writeFileSync(join(directory, `filler-${part}`), Buffer.alloc(bytes));
    } catch {
      bytes = bytes > 4096 ? bytes / 2 : bytes === 4096 ? 1 : 0;
    }
  }
}

const empty = async (directory: string): Promise<void> => {
  for (let part = 0; part < 100; part++) await rm(join(directory, `filler-${part}`), { force: true });
};

/** Appends until the disk is full, and returns how many events the stream then has. */
async function appendUntilFull(ledger: Ledger, stream: string): Promise<number> {
  for (let version = 0; ; version++) {
    try {
      await ledger.append(stream, version, [big]);
    } catch (error) {
      expect(error).toMatchObject({ code: 'disk-full' });
      return version;
    }
  }
}

const reserveBytesIn = (directory: string): number => statSync(join(directory, 'ledger.reserve')).size;

describe('on a full disk', () => {
  it('the ledger stores nothing of what it refuses, and goes on when there is space again', async (context) => {
    await onSmallDisk(context, 12, async (directory) => {
      const ledger = await openSqliteLedger({ directory });
      try {
        await ledger.append('a', 0, [event()]);
        fill(directory);
        const version = await appendUntilFull(ledger, 'full');
        const head = await ledger.head();
        for (let attempt = 0; attempt < 3; attempt++) {
          await expect(ledger.append('full', version, [event(), big])).rejects.toMatchObject({
            code: 'disk-full',
          });
        }
        expect(await ledger.head()).toEqual(head);
        expect(await ledger.read('full')).toHaveLength(version);
        expect(reserveBytesIn(directory)).toBe(4 * 1024 * 1024);
        await empty(directory);
        expect(await ledger.append('full', version, [event(), big])).toHaveLength(2);
        expect(await ledger.verify()).toMatchObject({ ok: true, events: head.seq + 2 });
      } finally {
        await ledger.close();
      }
    });
  });

  it('what reduces exposure is still recorded, also after a restart, and nothing else takes its space', async (context) => {
    await onSmallDisk(context, 12, async (directory) => {
      let ledger = await openSqliteLedger({ directory });
      try {
        fill(directory);
        await appendUntilFull(ledger, 'full');
        const reduction = event('y'.repeat(10_000));
        expect(await ledger.append('rollout', 0, [reduction], { reserve: true })).toHaveLength(1);
        expect(reserveBytesIn(directory)).toBeLessThan(4 * 1024 * 1024);
        await expect(ledger.append('small', 0, [event()])).rejects.toMatchObject({ code: 'disk-full' });
        const together = await Promise.allSettled([
          ledger.append('small', 0, [event()]),
          ledger.append('rollout', 1, [reduction], { reserve: true }),
        ]);
        expect(together.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);

        await ledger.close();
        ledger = await openSqliteLedger({ directory });
        for (let version = 2; version < 40; version++) {
          expect(await ledger.append('rollout', version, [reduction], { reserve: true })).toHaveLength(1);
        }
        await expect(ledger.append('small', 0, [event()])).rejects.toMatchObject({ code: 'disk-full' });
        expect(await ledger.verify()).toMatchObject({ ok: true });

        await empty(directory);
        expect(await ledger.append('small', 0, [event()])).toHaveLength(1);
        expect(reserveBytesIn(directory)).toBe(4 * 1024 * 1024);
        expect(await ledger.read('rollout')).toHaveLength(40);
      } finally {
        await ledger.close();
      }
    });
  });

  it('one append too big for it takes no other with it', async (context) => {
    await onSmallDisk(context, 12, async (directory) => {
      const ledger = await openSqliteLedger({ directory });
      try {
        // Warms up the log, so that small commits find pages that are already theirs.
        for (let version = 0; version < 200; version++) await ledger.append('a', version, [event()]);
        const results = await Promise.allSettled([
          ledger.append('b', 0, [event()]),
          ledger.append('huge', 0, Array(12).fill(event('z'.repeat(1_000_000)))),
          ledger.append('c', 0, [event()]),
        ]);
        expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        expect(results[1]).toMatchObject({ reason: { code: 'disk-full' } });
        expect(await ledger.read('huge')).toEqual([]);
        expect(await ledger.verify()).toMatchObject({ ok: true, events: 202 });
      } finally {
        await ledger.close();
      }
    });
  });

  it('a ledger without any space says so when it is opened', async (context) => {
    await onSmallDisk(context, 1, async (directory) => {
      fill(directory);
      await expect(openSqliteLedger({ directory })).rejects.toMatchObject({ code: 'disk-full' });
    });
  });

  it('the evidence store refuses a snapshot and keeps the one before', async (context) => {
    await onSmallDisk(context, 1, async (directory) => {
      const store = await openSqliteEvidenceStore({ directory });
      try {
        const before = { rollout: 'r', atMs: 1, evidence: 'small' };
        await store.save([before], { boot: 1 });
        fill(directory);
        await expect(
          store.save([{ ...before, evidence: 'x'.repeat(500_000) }], { boot: 2 }),
        ).rejects.toMatchObject({ code: 'disk-full' });
        expect(await store.load()).toEqual({ snapshots: [before], frames: { boot: 1 } });
      } finally {
        await store.close();
      }
    });
  });
});

describe('without the right to write', () => {
  it('says so when the disk is mounted for reading only', async (context) => {
    await onSmallDisk(context, 12, async (directory) => {
      const ledger = await openSqliteLedger({ directory });
      await ledger.append('a', 0, [event()]);
      await ledger.close();
      execFileSync('mount', ['-o', 'remount,ro', directory]);
      await expect(openSqliteLedger({ directory })).rejects.toMatchObject({ code: 'state-unwritable' });
      await expect(openSqliteEvidenceStore({ directory })).rejects.toMatchObject({
        code: 'state-unwritable',
      });
      await expect(openSqliteLedger({ directory: join(directory, 'new') })).rejects.toMatchObject({
        code: 'state-unwritable',
      });
    });
  });

  it('says so when the directory is a file', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'tidegate-file-')), 'state');
    writeFileSync(file, '');
    await expect(openSqliteLedger({ directory: file })).rejects.toMatchObject({ code: 'state-unwritable' });
    await rm(join(file, '..'), { recursive: true });
  });
});
