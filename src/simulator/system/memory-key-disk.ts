import type { KeyDisk } from '../../gateway/key-memory-disk.ts';

/** A disk of which a killed process loses nothing that it has written; `files` outlives it. */
export const memoryKeyDisk = (files: Map<string, Buffer>): KeyDisk => ({
  machineBoot: 'the-only-one',
  names: () => [...files.keys()],
  read: (name) => files.get(name) ?? null,
  readFrom(name, offset) {
    const file = files.get(name);
    return file === undefined || file.length < offset ? null : file.subarray(offset);
  },
  append: (name, bytes) => void files.set(name, Buffer.concat([files.get(name) ?? Buffer.alloc(0), bytes])),
  truncate: (name, bytes) => void files.set(name, files.get(name)!.subarray(0, bytes)),
  remove: (name) => void files.delete(name),
  isOld: () => false,
});
