/** Which texts were seen, and on which line first. */
export interface FingerprintSet {
  /** The line where the text stood first, or null when this is the first time. */
  readonly add: (text: string, line: number) => number | null;
}

/**
 * Keeps 53 bits of each text and a number, 16 bytes in a table that is one to two thirds full, instead of the texts. Two different texts are taken for
 * the same with a probability of about n^2 / 2^54: among a million 1 in 18,000.
 */
export const fingerprintSet = (): FingerprintSet => {
  let table = new Float64Array(2 * 1024);
  let size = 0;
  const slotOf = (hash: number): number => {
    const slots = table.length / 2;
    let slot = hash % slots;
    while (table[2 * slot] !== 0 && table[2 * slot] !== hash) slot = slot + 1 === slots ? 0 : slot + 1;
    return slot;
  };
  const grow = (): void => {
    const old = table;
    table = new Float64Array(2 * old.length);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] === 0) continue;
      const slot = slotOf(old[i]!);
      table[2 * slot] = old[i]!;
      table[2 * slot + 1] = old[i + 1]!;
    }
  };
  return {
    add: (text, line) => {
      const hash = fingerprint(text);
      const slot = slotOf(hash);
      if (table[2 * slot] === hash) return table[2 * slot + 1]!;
      table[2 * slot] = hash;
      table[2 * slot + 1] = line;
      size += 1;
      if (size * 3 > table.length) grow();
      return null;
    },
  };
};

/** 53 bits, never 0, from two runs of FNV-1a with different primes, each mixed at the end as in MurmurHash3. */
const fingerprint = (text: string): number => {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995);
  }
  return mixed(a ^ text.length) * 2 ** 21 + (mixed(b) >>> 11) || 1;
};

const mixed = (given: number): number => {
  let h = given;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};
