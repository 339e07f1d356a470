import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKeyMemory } from './key-memory.ts';
import { type KeyDisk, keyDisk } from './key-memory-disk.ts';

const IDS = [0, 1, 2 ** 16, 2 ** 40 + 7, 2 ** 48 - 1];

describe('the memory of counted keys', () => {
  let directory: string;
  let said: { what: string; about: { why?: string } }[];
  beforeEach(() => {
    directory = path.join(mkdtempSync(path.join(tmpdir(), 'tidegate-keys-')), 'counted-keys', 'production');
    said = [];
  });
  afterEach(() => rmSync(path.dirname(path.dirname(directory)), { recursive: true, force: true }));

  const open = ({
    disk = {},
    ...of
  }: {
    disk?: Partial<KeyDisk>;
    name?: string;
    process?: number;
    processes?: number;
  } = {}) =>
    openKeyMemory({
      name: 'edge',
      process: 0,
      processes: 1,
      ...of,
      disk: { ...keyDisk(directory), machineBoot: 'boot-1', ...disk },
      onTrouble: (what, about) => said.push({ what, about }),
    });
  const file = (n = 0) => path.join(directory, readdirSync(directory)[n]!);
  const full = (): never => {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  };
  const keptOnce = () => {
    const memory = open();
    expect(memory.recall('r', 1)).toEqual([]);
    expect(memory.keep('r', 1, IDS)).toBe('kept');
  };

  it('is there after a restart, for each stage by itself, 8 bytes a key', () => {
    keptOnce();
    const before = statSync(file()).size;
    const again = open();
    expect(again.recall('r', 1)).toEqual(IDS);
    expect(again.keep('r', 1, [5, 6])).toBe('kept');
    expect(statSync(file()).size - before).toBe(16);
    expect(open().recall('r', 1)).toEqual([...IDS, 5, 6]);
    expect(open().recall('r', 2)).toEqual([]);
    expect(open().recall('r/../1', 1)).toEqual([]);
    expect(said).toEqual([]);
  });

  it('goes on after a half-written last key, and says so', () => {
    keptOnce();
    appendFileSync(file(), Buffer.from([1, 2, 3]));
    const again = open();
    expect(again.recall('r', 1)).toEqual(IDS);
    expect(again.keep('r', 1, [9])).toBe('kept');
    expect(open().recall('r', 1)).toEqual([...IDS, 9]);
    expect(said.map(({ what }) => what)).toEqual([
      'the last sticky key that was counted before a restart was half written, and is left out',
    ]);
  });

  it.each([
    ['zeros where keys were', () => appendFileSync(file(), Buffer.alloc(16)), {}, 'it is damaged at byte'],
    ['no whole first line', () => writeFileSync(file(), 'tidegate'), {}, 'its first line is damaged'],
    ['nothing in the file', () => writeFileSync(file(), ''), {}, 'its first line is damaged'],
    ['another boot of the machine', () => {}, { machineBoot: 'boot-2' }, 'the machine was started anew'],
    ['a system that tells of no boots', () => {}, { machineBoot: null }, 'it is not known whether'],
    ['a file that cannot be read', () => {}, { read: full }, 'it cannot be read or written'],
  ])('knows nothing, and says so once, after %s', (_, spoil, disk, why) => {
    keptOnce();
    spoil();
    const again = open({ disk });
    expect(again.recall('r', 1)).toBeNull();
    expect(again.recall('r', 1)).toBeNull();
    expect(said).toHaveLength(1);
    expect(said[0]!.about.why).toContain(why);
    expect(open().recall('r', 2)).toEqual([]);
  });

  it('of a full disk is none: neither now nor after a restart, when there is room again', () => {
    expect(open({ disk: { append: full } }).recall('r', 1)).toBeNull();
    expect(said).toHaveLength(1);
    let isFull = false;
    const { append } = keyDisk(directory);
    const memory = open({
      disk: {
        append(name, bytes) {
          // The first bytes of what does not fit are written, as a real disk does.
          append(name, isFull ? bytes.subarray(0, 11) : bytes);
          if (isFull) full();
        },
      },
    });
    expect(memory.recall('r', 1)).toEqual([]);
    expect(memory.keep('r', 1, [1, 2])).toBe('kept');
    isFull = true;
    expect(memory.keep('r', 1, [3, 4])).toBe('forgotten');
    expect(memory.recall('r', 1)).toBeNull();
    isFull = false;
    expect(open().recall('r', 1)).toBeNull();
    expect(said).toHaveLength(3);
  });

  it('tries again when a disk neither takes nor gives up anything', () => {
    const disk = { append: keyDisk(directory).append, truncate: full };
    const memory = open({ disk: { append: (...what) => disk.append(...what), truncate: full } });
    expect(memory.recall('r', 1)).toEqual([]);
    const { append } = disk;
    disk.append = full;
    expect(memory.keep('r', 1, [1, 2])).toBe('failed');
    expect(memory.keep('r', 1, [1, 2])).toBe('failed');
    expect(said).toHaveLength(1);
    disk.append = append;
    expect(memory.keep('r', 1, [1, 2])).toBe('kept');
    expect(open().recall('r', 1)).toEqual([1, 2]);
  });

  it('is one for each process, and none when there are more or fewer of them in the middle of a stage', () => {
    const two = (process: number, processes: number) =>
      open({ name: `edge-${process + 1}`, process, processes });
    for (const process of [0, 1]) {
      const memory = two(process, 2);
      expect(memory.recall('r', 1)).toEqual([]);
      memory.keep('r', 1, [process]);
    }
    expect(two(1, 2).recall('r', 1)).toEqual([1]);
    for (const process of [0, 1, 2]) expect(two(process, 3).recall('r', 1)).toBeNull();
    expect(open().recall('r', 1)).toBeNull();
    expect(said.map(({ about }) => about.why)).toEqual(
      Array.from({ length: 4 }, () => 'the number of gateway processes has changed in this stage'),
    );
    for (const process of [0, 1, 2]) expect(two(process, 3).recall('r', 2)).toEqual([]);
    // Three counted nothing in stage 1, so two may go on with it. Another name for the same part may not.
    expect(two(0, 2).recall('r', 1)).toEqual([0]);
    expect(open({ name: 'other', process: 0, processes: 2 }).recall('r', 1)).toBeNull();
  });

  it('keeps nothing of rollouts that are over, but leaves other processes what they wrote today', () => {
    const mine = open();
    mine.recall('r', 1);
    mine.recall('r', 2);
    mine.recall('s', 1);
    open({ name: 'other', process: 1, processes: 2 }).recall('q', 1);
    mkdirSync(path.join(directory, 'something else'));
    mine.retain(new Set(['s']));
    expect(readdirSync(directory).sort()).toEqual([
      'q.1.1-of-2.other.keys',
      's.1.0-of-1.edge.keys',
      'something else',
    ]);
    const twoDaysAgo = Date.now() / 1_000 - 2 * 86_400;
    for (const name of ['q.1.1-of-2.other.keys', 's.1.0-of-1.edge.keys'])
      utimesSync(path.join(directory, name), twoDaysAgo, twoDaysAgo);
    mine.retain(new Set(['s']));
    expect(readdirSync(directory).sort()).toEqual(['s.1.0-of-1.edge.keys', 'something else']);
    expect(said).toEqual([]);
  });
});
