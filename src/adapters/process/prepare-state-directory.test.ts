import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { prepareStateDirectory } from './prepare-state-directory.ts';

it('closes what is in the state directory, except what replicas have to pass', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'tidegate-state-'));
  const outside = mkdtempSync(join(tmpdir(), 'tidegate-outside-'));
  try {
    chmodSync(outside, 0o755);
    mkdirSync(join(stateDir, 'prepared', 'release'), { recursive: true });
    mkdirSync(join(stateDir, 'ledger'));
    writeFileSync(join(stateDir, 'token'), 'x', { mode: 0o644 });
    symlinkSync(outside, join(stateDir, 'link'));
    await prepareStateDirectory(stateDir, { passable: ['prepared', 'not-there'] });
    const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
    const passable = process.getuid?.() === 0 ? '711' : '700';
    expect({
      top: mode(stateDir),
      scratch: mode(join(stateDir, 'scratch')),
      prepared: mode(join(stateDir, 'prepared')),
      release: mode(join(stateDir, 'prepared', 'release')),
      ledger: mode(join(stateDir, 'ledger')),
      workloads: mode(join(stateDir, 'workloads')),
      token: mode(join(stateDir, 'token')),
      outside: mode(outside),
    }).toEqual({
      top: passable,
      scratch: passable,
      prepared: passable,
      release: '755',
      ledger: '700',
      workloads: '700',
      token: '600',
      outside: '755',
    });
  } finally {
    for (const path of [stateDir, outside]) rmSync(path, { recursive: true });
  }
});
