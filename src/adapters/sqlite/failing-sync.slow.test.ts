import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { openSqliteLedger } from './sqlite-ledger.ts';

/** Makes every sync fail while the file FAIL_SYNC exists; with FAIL_ONCE the first failure removes it. */
const faultySync = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int fails(void) {
  const char *flag = getenv("FAIL_SYNC");
  if (!flag || access(flag, F_OK) != 0) return 0;
  if (getenv("FAIL_ONCE")) unlink(flag);
  errno = EIO;
  return 1;
}
int fsync(int fd) { return fails() ? -1 : ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd); }
int fdatasync(int fd) { return fails() ? -1 : ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd); }
`;

/** Appends, lets the sync of the next append fail, prints what came of it, and dies without any farewell. */
const appender = `
  import { writeFileSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { openSqliteLedger } from '${new URL('./sqlite-ledger.ts', import.meta.url)}';
  const ledger = await openSqliteLedger({ directory: process.argv[1] });
  const append = async (version, data) => {
    const event = { type: 'thing.happened', schema: 1, atMs: 1, actor: 'engine', data };
    await ledger.append('a', version, [event]).then(() => console.log('stored'), (error) => console.log(error.code));
  };
  await append(0, 'good');
  await sleep(500); // The checkpoint has been synced too.
  writeFileSync(process.env.FAIL_SYNC, '');
  for (const data of JSON.parse(process.argv[2])) await append(1, data);
  process.kill(process.pid, 'SIGKILL');
`;

async function dataAfterCrash(context: TestContext, appends: readonly string[], failsOnce: boolean) {
  const directory = mkdtempSync(join(tmpdir(), 'tidegate-failing-sync-'));
  try {
    const library = join(directory, 'faulty-sync.so');
    try {
      execFileSync('cc', ['-shared', '-fPIC', '-x', 'c', '-o', library, '-', '-ldl'], {
        input: faultySync,
        stdio: 'pipe',
      });
    } catch (error) {
      if (process.env.CI === 'true')
        throw new Error('No C compiler to make a faulty sync with, but CI must test one.', { cause: error });
      console.warn(`SKIPPED: "${context.task.name}" needs a C compiler.`);
      context.skip('no C compiler');
    }
    const state = join(directory, 'state');
    const env = {
      ...process.env,
      LD_PRELOAD: library,
      FAIL_SYNC: join(directory, 'fail'),
      ...(failsOnce ? { FAIL_ONCE: '1' } : {}),
    };
    const args = ['--input-type=module', '--eval', appender, '--', state, JSON.stringify(appends)];
    const { stdout, signal } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    expect(signal).toBe('SIGKILL');
    const ledger = await openSqliteLedger({ directory: state });
    const found = (await ledger.readAll(0)).map(({ data }) => data);
    const verdict = await ledger.verify();
    await ledger.close();
    expect(verdict).toMatchObject({ ok: true });
    return { outcomes: stdout.trim().split('\n'), found };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

// SQLite has written the whole commit when its sync fails; without care, recovery after a crash brings it back.
describe('when a sync fails', () => {
  it('what was refused does not come back after a crash', async (context) => {
    const { outcomes, found } = await dataAfterCrash(context, ['refused'], true);
    expect(outcomes).toEqual(['stored', 'ledger-unavailable']);
    expect(found).toEqual(['good']);
  });

  it('what is stored next takes its place', async (context) => {
    const { outcomes, found } = await dataAfterCrash(context, ['refused', 'next'], true);
    expect(outcomes).toEqual(['stored', 'ledger-unavailable', 'stored']);
    expect(found).toEqual(['good', 'next']);
  });

  it('nothing is acknowledged while it goes on failing', async (context) => {
    const { outcomes, found } = await dataAfterCrash(context, ['refused', 'refused too'], false);
    expect(outcomes).toEqual(['stored', 'ledger-unavailable', 'ledger-unavailable']);
    expect(found).toEqual(['good']);
  });
});
