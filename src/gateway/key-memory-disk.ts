import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import path from 'node:path';

/** Where a gateway process keeps which sticky keys it has counted: a few small files. Everything throws what the disk says. */
export interface KeyDisk {
  /**
   * Names the time since the machine was started; null where the system does not tell. What was written in the same one is there, even
   * if the process was killed; before it, a power cut may have taken it.
   */
  readonly machineBoot: string | null;
  /** Of every file, of other processes of the environment too. */
  names(): readonly string[];
  /** Null when there is no such file. */
  read(name: string): Buffer | null;
  /** What was appended from this byte on; null when there is no such file or it is shorter. */
  readFrom(name: string, offset: number): Buffer | null;
  /** Makes the file when there is none. */
  append(name: string, bytes: Buffer): void;
  truncate(name: string, bytes: number): void;
  remove(name: string): void;
  /** True when nobody has written to it for a day. */
  isOld(name: string): boolean;
}

const OLD_MS = 24 * 60 * 60 * 1_000;
const BOOT_FILE = '/proc/sys/kernel/random/boot_id';

/**
 * Synchronous, for what is written has to be there before the next frame leaves, and it is a few hundred bytes. Not synced: that would
 * hold requests up, and a machine that was started anew is told by its boot.
 */
export function keyDisk(directory: string): KeyDisk {
  const fileOf = (name: string): string => path.join(directory, name);
  return {
    machineBoot: orNull(() => readFileSync(BOOT_FILE, 'utf8').trim()),
    names() {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      return readdirSync(directory);
    },
    read: (name) => orNull(() => readFileSync(fileOf(name))),
    readFrom: (name, offset) => orNull(() => readTail(fileOf(name), offset)),
    append: (name, bytes) => appendFileSync(fileOf(name), bytes, { mode: 0o600 }),
    truncate: (name, bytes) => truncateSync(fileOf(name), bytes),
    remove: (name) => rmSync(fileOf(name), { force: true }),
    isOld(name) {
      const writtenAtMs = statSync(fileOf(name), { throwIfNoEntry: false })?.mtimeMs;
      return writtenAtMs !== undefined && Date.now() - writtenAtMs > OLD_MS;
    },
  };
}

function readTail(file: string, offset: number): Buffer | null {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = fstatSync(descriptor).size - offset;
    if (bytes < 0) return null;
    const tail = Buffer.alloc(bytes);
    return tail.subarray(0, readSync(descriptor, tail, 0, bytes, offset));
  } finally {
    closeSync(descriptor);
  }
}

function orNull<T>(read: () => T | null): T | null {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
