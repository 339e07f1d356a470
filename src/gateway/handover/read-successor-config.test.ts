import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSuccessorConfig } from './read-successor-config.ts';

describe('the configuration of a process that takes the place of another', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'successor-'));
  });
  afterEach(() => rm(directory, { recursive: true }));
  const files = (): [string, string] => [
    path.join(directory, 'next.json'),
    path.join(directory, 'config.json'),
  ];
  const write = (file: string, boot: string) =>
    writeFile(
      file,
      JSON.stringify({
        name: 'edge',
        environment: 'production',
        host: '127.0.0.1',
        port: 1,
        controlSocket: 's',
        stateDir: directory,
        logDir: directory,
        boot,
      }),
    );

  it('is its own, wherever it is by now, and never that of the process before', async () => {
    const [next, config] = files();
    await write(config, 'old-old-ol');
    await write(next, 'new-new-ne');
    expect((await readSuccessorConfig([next, config], 'new-new-ne')).boot).toBe('new-new-ne');
    await rm(next);
    await expect(readSuccessorConfig([next, config], 'new-new-ne')).rejects.toThrow(
      'for the boot new-new-ne',
    );
    await write(config, 'new-new-ne');
    expect((await readSuccessorConfig([next, config], 'new-new-ne')).boot).toBe('new-new-ne');
  });
});
