import { createHash } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { RouteTable } from '../../core/routing/table.ts';
import { soleTenure, type Tenure } from '../handover/tenure.ts';

/** Where a gateway keeps the routes that it was given last. */
export const routesDirectory = (stateDir: string): string => path.join(stateDir, 'routes');

/** The last route table of one gateway process on disk, and the one before it. */
export interface RouteFile {
  /** The newest table that is whole; null when there is none. `onDamaged` hears of every file that is not. */
  load(onDamaged: (file: string, why: string) => void): Promise<RouteTable | null>;
  /** Durable when it resolves. Not to be called again before that. */
  save(table: RouteTable): Promise<void>;
}

/**
 * The first line of the file is the SHA-256 of the rest, which is the table as JSON. Two processes may write it while one takes the other's
 * place: each by a temporary file of its own, and the one that leaves not at all.
 */
export function routeFile(
  directory: string,
  name: string,
  tenure: Pick<Tenure, 'phase'> = soleTenure(),
): RouteFile {
  const file = path.join(directory, `${name}.routes`);
  const previous = `${file}.previous`;
  return {
    async load(onDamaged) {
      for (const candidate of [file, previous]) {
        const found = await read(candidate);
        if (found === null) continue;
        if (typeof found !== 'string') return found;
        onDamaged(candidate, found);
      }
      return null;
    },
    async save(table) {
      if (tenure.phase === 'leaving') return;
      const suffix = tenure.phase === 'waiting' ? '.next' : '.new';
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const body = Buffer.from(JSON.stringify(table));
      const fresh = `${file}${suffix}`;
      const handle = await open(fresh, 'w', 0o600);
      try {
        await handle.writeFile(Buffer.concat([Buffer.from(`${digestOf(body)}\n`), body]));
        await handle.sync();
      } finally {
        await handle.close();
      }
      // A damaged current file must not push the good previous one out.
      const present = await read(file);
      if (present !== null && typeof present !== 'string') await keepAsPrevious(file, previous, suffix);
      await rename(fresh, file);
      await syncDirectory(directory);
    },
  };
}

/** The table, what is wrong with the file, or null when there is no file. */
async function read(file: string): Promise<RouteTable | string | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? null
      : `it cannot be read: ${(error as Error).message}`;
  }
  const newline = bytes.indexOf(10);
  const body = bytes.subarray(newline + 1);
  if (newline === -1 || bytes.subarray(0, newline).toString('latin1') !== digestOf(body))
    return 'its checksum is wrong';
  const table = JSON.parse(body.toString('utf8')) as RouteTable;
  return table.version === 1 ? table : `it is of version ${String(table.version)}`;
}

async function keepAsPrevious(file: string, previous: string, suffix: string): Promise<void> {
  const fresh = `${previous}${suffix}`;
  await rm(fresh, { force: true });
  await link(file, fresh).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(fresh, previous).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const digestOf = (body: Buffer): string => createHash('sha256').update(body).digest('hex');
