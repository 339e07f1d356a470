import type { KeyDisk } from './key-memory-disk.ts';

/** Which sticky keys (by their ids) this process has counted in a stage, for the time after a restart. */
export interface KeyMemory {
  /**
   * To be called before the first key of a stage. Null when it cannot be known which keys were counted; then none may be. `mayBegin`: false
   * where another process begins the file of a stage; default true.
   */
  recall(rollout: string, stage: number, mayBegin?: boolean): Iterable<number> | null;
  /** Keys that were kept since `recall` or the last call of this, by whichever process; null when that cannot be known. */
  news(rollout: string, stage: number): Iterable<number> | null;
  /**
   * To be called before anyone is told of an outcome of these keys. `forgotten`: they could not be written, and a restart will know that
   * keys are missing. `failed`: it would not; to be tried again. After either no more keys of the stage may be counted.
   */
  keep(rollout: string, stage: number, ids: readonly number[]): 'kept' | 'forgotten' | 'failed';
  /** Removes what is about other rollouts. */
  retain(rollouts: ReadonlySet<string>): void;
}

export interface KeyMemorySpec {
  readonly disk: KeyDisk;
  /** Of this process; unique among those of the environment. */
  readonly name: string;
  /** Which of the environment's processes it is, from 0. */
  readonly process: number;
  readonly processes: number;
  readonly onTrouble: (what: string, about: object) => void;
}

const ID_BYTES = 6;
const RECORD_BYTES = 8;

/**
 * One file for each stage and process, that only grows: a line that names all of that and the machine's boot, then 8 bytes a key, its id
 * and a check of it. A stage without a file is one in which nothing was counted, so the file is there before the first key is.
 */
export function openKeyMemory({ disk, name, process, processes, onTrouble }: KeyMemorySpec): KeyMemory {
  /** Files that do not, or may not, name every key that was counted. */
  const doubted = new Set<string>();
  /** Bytes of each file that are known here. */
  const readUpTo = new Map<string, number>();
  let isRemovalDoubted = false;
  const fileOf = (rollout: string, stage: number): string =>
    `${prefixOf(rollout)}${stage}.${process}-of-${processes}.${name}.keys`;
  const headerOf = (file: string): Buffer => Buffer.from(`tidegate keys 1 ${file} ${disk.machineBoot}\n`);

  const doubt = (file: string, why: string, error: unknown = null): void => {
    if (doubted.has(file)) return;
    doubted.add(file);
    onTrouble('sticky keys are no evidence in this stage any more', { file, why, err: error });
  };

  /** Keys belong to processes by their hash and the number of processes; with another number, another process may have counted them. */
  const hasOtherOwners = (rollout: string, stage: number, own: string): boolean => {
    const prefix = `${prefixOf(rollout)}${stage}.`;
    return disk.names().some((file) => {
      if (file === own || !file.startsWith(prefix)) return false;
      const [, theirs, all] = /^(\d+)-of-(\d+)\./.exec(file.slice(prefix.length)) ?? [];
      return Number(all) !== processes || Number(theirs) === process;
    });
  };

  /** The ids in the file; what is wrong with it. */
  const read = (file: string, bytes: Buffer): number[] | string => {
    const header = headerOf(file);
    const start = bytes.indexOf(10) + 1;
    if (disk.machineBoot === null) return 'it is not known whether the machine was started anew';
    if (!bytes.subarray(0, start).equals(header))
      return isOfThisProcess(bytes.subarray(0, start), file)
        ? 'the machine was started anew'
        : 'its first line is damaged, or something could not be written';
    const records = bytes.subarray(start);
    const torn = records.length % RECORD_BYTES;
    const ids = idsIn(records);
    if (typeof ids === 'number') return `it is damaged at byte ${start + ids}`;
    readUpTo.set(file, bytes.length - torn);
    if (torn > 0) {
      // The process ended while it wrote these, so it has told nobody of their outcomes.
      disk.truncate(file, bytes.length - torn);
      onTrouble('the last sticky key that was counted before a restart was half written, and is left out', {
        file,
      });
    }
    return ids;
  };

  return {
    recall(rollout, stage, mayBegin = true) {
      const file = fileOf(rollout, stage);
      if (doubted.has(file)) return null;
      try {
        if (hasOtherOwners(rollout, stage, file)) {
          doubt(file, 'the number of gateway processes has changed in this stage');
          return null;
        }
        const bytes = disk.read(file);
        if (bytes === null) {
          if (!mayBegin) return null;
          const header = headerOf(file);
          disk.append(file, header);
          readUpTo.set(file, header.length);
          return [];
        }
        const found = read(file, bytes);
        if (typeof found !== 'string') return found;
        doubt(file, found);
      } catch (error) {
        doubt(file, 'it cannot be read or written', error);
      }
      return null;
    },
    news(rollout, stage) {
      const file = fileOf(rollout, stage);
      const from = readUpTo.get(file);
      if (from === undefined || doubted.has(file)) return null;
      try {
        const tail = disk.readFrom(file, from);
        const ids = tail === null ? 0 : idsIn(tail);
        if (typeof ids !== 'number') {
          readUpTo.set(file, from + ids.length * RECORD_BYTES);
          return ids;
        }
        doubt(file, `it is damaged at byte ${from + ids}`);
      } catch (error) {
        doubt(file, 'it cannot be read or written', error);
      }
      return null;
    },
    keep(rollout, stage, ids) {
      const file = fileOf(rollout, stage);
      try {
        disk.append(file, recordsOf(ids));
        return 'kept';
      } catch (error) {
        doubt(file, 'it cannot be written', error);
      }
      try {
        // A full disk lets that happen. An empty file is one that nobody takes for whole.
        disk.truncate(file, 0);
        return 'forgotten';
      } catch {
        return 'failed';
      }
    },
    retain(rollouts) {
      const prefixes = [...rollouts].map(prefixOf);
      try {
        for (const file of disk.names()) {
          const owner = /\.\d+-of-\d+\.(.+)\.keys$/.exec(file)?.[1];
          if (owner === undefined || prefixes.some((prefix) => file.startsWith(prefix))) continue;
          // Another process may be ahead of this one, and know a rollout that began just now. What is old is of processes that are gone.
          if (owner === name || disk.isOld(file)) disk.remove(file);
        }
      } catch (error) {
        if (isRemovalDoubted) return;
        isRemovalDoubted = true;
        onTrouble('what was kept of sticky keys of earlier rollouts cannot be removed', { err: error });
      }
    },
  };
}

const prefixOf = (rollout: string): string => `${encodeURIComponent(rollout)}.`;

const isOfThisProcess = (header: Buffer, file: string): boolean =>
  header.toString().startsWith(`tidegate keys 1 ${file} `) && header.at(-1) === 10;

/** Whole records alone; a number is the byte at which one is damaged. */
function idsIn(records: Buffer): number[] | number {
  const ids: number[] = [];
  for (let at = 0; at + RECORD_BYTES <= records.length; at += RECORD_BYTES) {
    const high = records.readUInt16BE(at);
    const low = records.readUInt32BE(at + 2);
    if (records.readUInt16BE(at + ID_BYTES) !== checkOf(high, low)) return at;
    ids.push(high * 2 ** 32 + low);
  }
  return ids;
}

function recordsOf(ids: readonly number[]): Buffer {
  const bytes = Buffer.alloc(ids.length * RECORD_BYTES);
  ids.forEach((id, n) => {
    bytes.writeUIntBE(id, n * RECORD_BYTES, ID_BYTES);
    bytes.writeUInt16BE(checkOf(Math.floor(id / 2 ** 32), id % 2 ** 32), n * RECORD_BYTES + ID_BYTES);
  });
  return bytes;
}

/** Zeros are no key: a disk that lost what was written may show them instead. */
const checkOf = (high: number, low: number): number => (high ^ (low >>> 16) ^ low ^ 0xa55a) & 0xffff;
