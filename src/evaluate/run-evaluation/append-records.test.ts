import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CaseRecord } from '../../core/evaluation/run/run-record.ts';
import type { RunFile } from '../records/open-run-file.ts';
import { openRunFile } from '../records/open-run-file.ts';
import { readRunFile } from '../records/read-run-file.ts';
import { makeRun } from '../records/testing/make-run.ts';
import { appendRecords } from './append-records.ts';

describe('records that are appended', () => {
  const [head, ...lines] = [...makeRun({ seed: 1, cases: 600 })];
  const records = lines.filter((line): line is CaseRecord => line.kind === 'case');
  let directory: string;
  let file: RunFile;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidegate-append-'));
    file = await openRunFile(join(directory, 'run.jsonl'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('are all written in their order, and never do more than 256 wait for the disk', async () => {
    let waiting = 0;
    let most = 0;
    const counted: RunFile = {
      ...file,
      append: async (line) => {
        waiting += 1;
        most = Math.max(most, waiting);
        await file.append(line);
        waiting -= 1;
      },
    };
    await counted.append(head!);
    const append = appendRecords(counted);
    for (const record of records) await append(record);
    await file.close();
    const read = [];
    for await (const line of readRunFile(file.path)) read.push(line);
    expect(read).toEqual([head, ...records]);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(256);
  });

  it('end the run with what the disk said once it fails', async () => {
    await file.close();
    const append = appendRecords(file);
    const appendAll = async (): Promise<void> => {
      for (const record of records) await append(record);
    };
    await expect(appendAll()).rejects.toMatchObject({ code: 'EBADF' });
  });
});
