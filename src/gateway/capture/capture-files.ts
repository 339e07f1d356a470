import { readdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Captures lie below the invocation logs as `<environment>/payloads/<service>/<hour>/<invocation>.json`. The hour (UTC, such as
 * 2026-11-21T13) is the one in which they expire, so what is due is known by its name, whoever wrote it.
 */
export const PAYLOADS = 'payloads';

const HOUR_MS = 3_600_000;

/** The hour whose begin is the end of a capture: at most an hour before it has been kept for so long. */
export const expiryHour = (atMs: number, keepForMs: number): string =>
  new Date(Math.floor((atMs + keepForMs) / HOUR_MS) * HOUR_MS).toISOString().slice(0, 13);

/** Null for a name that stands for no hour. */
export function hourStartsAtMs(hour: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d$/.test(hour)) return null;
  const atMs = Date.parse(`${hour}:00:00.000Z`);
  return Number.isNaN(atMs) ? null : atMs;
}

export interface CaptureFolder {
  readonly environment: string;
  readonly service: string;
  readonly hour: string;
  readonly directory: string;
}

/** All folders with captures, those that expire first in front. */
export async function captureFolders(
  logDir: string,
  of: { readonly environment?: string | undefined; readonly service?: string | undefined } = {},
): Promise<CaptureFolder[]> {
  const folders: CaptureFolder[] = [];
  const environments = of.environment === undefined ? await namesIn(logDir) : [of.environment];
  for (const environment of environments) {
    const payloads = path.join(logDir, environment, PAYLOADS);
    const services = of.service === undefined ? await namesIn(payloads) : [of.service];
    for (const service of services)
      for (const hour of await namesIn(path.join(payloads, service)))
        if (hourStartsAtMs(hour) !== null)
          folders.push({ environment, service, hour, directory: path.join(payloads, service, hour) });
  }
  return folders.sort((a, b) => a.hour.localeCompare(b.hour));
}

/** None when there is no such directory. Throws when it cannot be read. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
