import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCheckpoint } from '../../core/ledger/checkpoint.ts';
import { type NoteSigner, readNote } from '../../core/ledger/signed-note.ts';
import type { Ledger, NewEvent } from '../../ports/ledger.ts';
import { adoptSqliteLedger } from './adopt-sqlite-ledger.ts';
import { readCheckpointFile } from './checkpoint-file.ts';
import { openLedgerSigner } from './ledger-signer.ts';
import { openSqliteLedger } from './sqlite-ledger.ts';

const event: NewEvent = { type: 'thing.happened', schema: 1, atMs: 1, actor: 'engine', data: null };

describe('the checkpoint beside the ledger', () => {
  let directory: string;
  let checkpoint: string;
  let signer: NoteSigner;
  let ledger: Ledger;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidegate-checkpoint-'));
    checkpoint = join(directory, 'ledger.checkpoint');
    signer = await openLedgerSigner({ file: join(directory, 'keys', 'ledger.pem'), name: 'tidegate/test' });
    ledger = await openSqliteLedger({ directory, signer });
    await ledger.append('a', 0, Array(10).fill(event));
  });

  afterEach(async () => {
    await ledger.close();
    await rm(directory, { recursive: true });
  });

  const inFile = async () => {
    const reading = await readCheckpointFile(checkpoint, signer);
    return reading.state === 'valid' ? reading.checkpoint : null;
  };

  const cut = (after: number): void => {
    const intruder = new Database(join(directory, 'ledger.db'));
    intruder.prepare('DELETE FROM events WHERE seq > ?').run(after);
    intruder.close();
  };

  /** What somebody sees who opens the ledger the next time. */
  const reopened = async (): Promise<void> => {
    await ledger.close();
    ledger = await openSqliteLedger({ directory, signer });
  };

  const expectDistrusted = async (reason: string): Promise<void> => {
    const before = await readFile(checkpoint, 'utf8').catch(() => null);
    expect(await ledger.verify()).toMatchObject({ ok: false, reason });
    await expect(ledger.append('b', 0, [event])).rejects.toMatchObject({ code: 'ledger-broken' });
    await ledger.close();
    // The evidence of what was there is not overwritten.
    expect(await readFile(checkpoint, 'utf8').catch(() => null)).toBe(before);
  };

  it('follows the head within half a second, and is exact after closing', async () => {
    await ledger.append('a', 10, [event]);
    await expect.poll(inFile, { timeout: 2000 }).toMatchObject({ seq: 11 });
    await ledger.append('a', 11, [event]);
    const head = await ledger.head();
    await ledger.close();
    expect(await inFile()).toEqual(head);
  });

  it('is written at most every 200 ms, however many commits there are', async () => {
    const written = new Set<string>();
    const startedMs = Date.now();
    for (let version = 10; Date.now() - startedMs < 900; version++) {
      await ledger.append('a', version, [event]);
      written.add(await readFile(checkpoint, 'utf8'));
    }
    expect(written.size).toBeGreaterThan(2);
    expect(written.size).toBeLessThanOrEqual(7);
  });

  it('is a signed note that needs no more than the public key', async () => {
    await ledger.close();
    const reading = readNote(await readFile(checkpoint, 'utf8'), signer);
    expect(reading).toMatchObject({ ok: true, signedBySigner: true });
    expect(reading.ok && parseCheckpoint(reading.text)).toMatchObject({ seq: 10, epoch: 1 });
  });

  it('lies beside a key that only its owner may read, which stays the same', async () => {
    const file = join(directory, 'keys', 'ledger.pem');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await openLedgerSigner({ file, name: 'tidegate/test' })).publicKey).toEqual(signer.publicKey);
    await writeFile(file, 'no key');
    await expect(openLedgerSigner({ file, name: 'tidegate/test' })).rejects.toMatchObject({
      code: 'state-unwritable',
    });
  });

  it('shows that the end was cut off', async () => {
    await ledger.close();
    cut(7);
    await reopened();
    expect(await ledger.verify()).toMatchObject({ ok: false, reason: 'truncated', seq: 8 });
    await expectDistrusted('truncated');
  });

  it('shows that everything was cut off', async () => {
    await ledger.close();
    cut(0);
    await reopened();
    await expectDistrusted('truncated');
  });

  it('shows that its record was replaced by another with a right hash', async () => {
    await ledger.close();
    const aside = `${checkpoint}.aside`;
    await copyFile(checkpoint, aside);
    cut(5);
    await rm(checkpoint);
    await adoptSqliteLedger({ directory, signer });
    await reopened();
    await ledger.append('a', 5, Array(5).fill({ ...event, actor: 'somebody' }));
    await ledger.close();
    const intruder = new Database(join(directory, 'ledger.db'));
    intruder.prepare('UPDATE ledger SET epoch = 1').run();
    intruder.close();
    await copyFile(aside, checkpoint);
    await reopened();
    await expectDistrusted('checkpoint-mismatch');
  });

  it('is missed when it was taken away', async () => {
    await ledger.close();
    await rm(checkpoint);
    await reopened();
    await expectDistrusted('checkpoint-mismatch');
  });

  it('cannot be made up by somebody without the key', async () => {
    await ledger.close();
    cut(7);
    await writeFile(checkpoint, (await readFile(checkpoint, 'utf8')).replace('\n10\n', '\n7\n'));
    await reopened();
    await expectDistrusted('checkpoint-mismatch');
  });

  it('counts for nothing without a signature where one is expected', async () => {
    await ledger.close();
    await writeFile(checkpoint, (await readFile(checkpoint, 'utf8')).split('— ')[0] ?? '');
    await reopened();
    await expectDistrusted('checkpoint-mismatch');
  });

  it('may stand behind the ledger, as after a crash', async () => {
    await ledger.close();
    const before = await readFile(checkpoint, 'utf8');
    await reopened();
    await ledger.append('a', 10, [event]);
    await ledger.close();
    await writeFile(checkpoint, before);
    await reopened();
    expect(await ledger.verify()).toMatchObject({ ok: true, events: 11 });
    expect(await ledger.append('a', 11, [event])).toHaveLength(1);
  });

  it('is made anew, in a new epoch, when somebody accepts the ledger as it is', async () => {
    await ledger.close();
    cut(7);
    const head = await adoptSqliteLedger({ directory, signer });
    expect(head).toMatchObject({ seq: 7, epoch: 2 });
    await reopened();
    expect(await ledger.head()).toEqual(head);
    expect(await ledger.append('a', 7, [event])).toHaveLength(1);
    expect(await ledger.verify()).toMatchObject({ ok: true, events: 8, head: { epoch: 2 } });
  });

  it('is not made anew for a ledger that is not sound in itself, or not there', async () => {
    await ledger.close();
    const intruder = new Database(join(directory, 'ledger.db'));
    intruder.prepare('DELETE FROM events WHERE seq = 3').run();
    intruder.close();
    await expect(adoptSqliteLedger({ directory, signer })).rejects.toMatchObject({ code: 'ledger-broken' });
    await expect(adoptSqliteLedger({ directory: join(directory, 'keys') })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
