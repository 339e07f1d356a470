import { readFile } from 'node:fs/promises';

/**
 * Names the time since the machine was started; null where the system does not tell. Files that were renamed into place
 * but not synced are whole until then; after a power cut they may not be, so they are read again.
 */
export const readBootId = async (): Promise<string | null> =>
  (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => null))?.trim() ?? null;
