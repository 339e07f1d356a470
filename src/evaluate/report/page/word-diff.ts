/** A run of text that both have, or only one of them. */
export interface DiffPart {
  readonly kind: 'same' | 'only-left' | 'only-right';
  readonly text: string;
}

/** Above so many cells the middle is not compared word by word: it would take longer than anybody waits. */
export const MOST_CELLS = 4_000_000;

/**
 * The difference of two texts by words: what stands in the longest common subsequence of words, spaces and signs is `same`.
 * Parts in order; the left text is all but `only-right`, the right one all but `only-left`.
 */
export const wordDiff = (left: string, right: string): DiffPart[] => {
  const a = words(left);
  const b = words(right);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end])
    end += 1;
  const parts: { kind: DiffPart['kind']; text: string }[] = [];
  const put = (kind: DiffPart['kind'], text: string): void => {
    if (text === '') return;
    const last = parts.at(-1);
    if (last?.kind === kind) last.text += text;
    else parts.push({ kind, text });
  };
  put('same', a.slice(0, start).join(''));
  const middleA = a.slice(start, a.length - end);
  const middleB = b.slice(start, b.length - end);
  if ((middleA.length + 1) * (middleB.length + 1) > MOST_CELLS) {
    put('only-left', middleA.join(''));
    put('only-right', middleB.join(''));
  } else walkCommon(middleA, middleB, put);
  put('same', a.slice(a.length - end).join(''));
  return parts;
};

const words = (text: string): string[] => text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];

const walkCommon = (
  a: readonly string[],
  b: readonly string[],
  put: (kind: DiffPart['kind'], text: string) => void,
): void => {
  const width = b.length + 1;
  // Of the words from i and j on: how many the longest common subsequence has.
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      put('same', a[i]!);
      i += 1;
      j += 1;
    } else if (
      j >= b.length ||
      (i < a.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!)
    ) {
      put('only-left', a[i]!);
      i += 1;
    } else {
      put('only-right', b[j]!);
      j += 1;
    }
  }
};
