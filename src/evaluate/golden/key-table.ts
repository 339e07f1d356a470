import { hash } from 'node:crypto';

/** Remembers numbers under texts without keeping the texts. */
export interface KeyTable {
  /** The numbers that stand under this text; where there are none, null, and these are put there. */
  readonly putIfNew: (text: string, numbers: readonly number[]) => readonly number[] | null;
}

/** Parts of a key: 96 bits of a SHA-256. Among a million texts, two have the same by accident with probability 1e-17. */
const WORDS = 3;
const GREATEST_LOAD = 0.7;

/** Some 12 + 8 `width` bytes for each text, and half as much again for room: a tenth of what a map of strings takes. `width`: how many numbers. */
export const startKeyTable = (width: number, capacity = 1024): KeyTable => {
  let size = 0;
  let slots = capacity;
  let keys = new Uint32Array(slots * WORDS);
  let values = new Float64Array(slots * width);

  const isFree = (slot: number): boolean => keys[slot * WORDS + 2] === 0;
  /** The slot of a key, or the free one where it belongs. */
  const slotOf = (a: number, b: number, c: number): number => {
    for (let slot = a % slots; ; slot = (slot + 1) % slots) {
      const at = slot * WORDS;
      if (isFree(slot) || (keys[at] === a && keys[at + 1] === b && keys[at + 2] === c)) return slot;
    }
  };
  const grow = (): void => {
    const before = { slots, keys, values };
    slots *= 2;
    keys = new Uint32Array(slots * WORDS);
    values = new Float64Array(slots * width);
    for (let old = 0; old < before.slots; old += 1) {
      const key = before.keys.subarray(old * WORDS, (old + 1) * WORDS);
      if (key[2] === 0) continue;
      const slot = slotOf(key[0]!, key[1]!, key[2]!);
      keys.set(key, slot * WORDS);
      values.set(before.values.subarray(old * width, (old + 1) * width), slot * width);
    }
  };

  return {
    putIfNew(text, numbers) {
      const digest = hash('sha256', text, 'buffer');
      const [a, b] = [digest.readUInt32LE(0), digest.readUInt32LE(4)];
      // A last word of 0 says that a slot is free.
      const c = digest.readUInt32LE(8) || 1;
      const slot = slotOf(a, b, c);
      if (!isFree(slot)) return [...values.subarray(slot * width, (slot + 1) * width)];
      keys.set([a, b, c], slot * WORDS);
      values.set(numbers, slot * width);
      size += 1;
      if (size > GREATEST_LOAD * slots) grow();
      return null;
    },
  };
};

/** 48 bits of a SHA-256 as a number. */
export const shortDigest = (text: string): number => hash('sha256', text, 'buffer').readUIntBE(0, 6);
