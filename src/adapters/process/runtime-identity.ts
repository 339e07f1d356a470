import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AccountBook, emptyAccountBook } from './accounts.ts';
import { writeDurableFile } from './durable-file.ts';
import type { StateLayout } from './state-layout.ts';

/** What all workloads of one state directory have in common. */
export interface RuntimeIdentity {
  readonly runtimeId: string;
  readonly accounts: AccountBook;
}

const fileOf = (layout: StateLayout): string => join(layout.workloads, '.runtime.json');

/** The recorded identity, or a new one, recorded. */
export async function openRuntimeIdentity(layout: StateLayout): Promise<RuntimeIdentity> {
  try {
    const text = await readFile(fileOf(layout), 'utf8');
    const { runtimeId, accounts } = JSON.parse(text) as RuntimeIdentity;
    return { runtimeId, accounts: { ...emptyAccountBook, ...accounts } };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const identity = { runtimeId: randomBytes(8).toString('hex'), accounts: emptyAccountBook };
  await writeRuntimeIdentity(layout, identity);
  return identity;
}

export const writeRuntimeIdentity = (layout: StateLayout, identity: RuntimeIdentity): Promise<void> =>
  writeDurableFile(fileOf(layout), JSON.stringify(identity, null, 1));
