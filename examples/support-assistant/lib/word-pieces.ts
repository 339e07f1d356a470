/** Turns text into the numbers that a BERT model reads. */
export type WordPieces = (text: string) => number[];

const LONGEST_WORD = 100;

/**
 * WordPiece as in BERT (uncased): lower case, accents off, punctuation apart, then the longest known piece first.
 * `vocabulary` lists pieces by number; a piece that begins a word carries the mark "▁".
 */
export const wordPieces = (vocabulary: readonly string[], tokensAtMost = 256): WordPieces => {
  const starts = new Map<string, number>();
  const inner = new Map<string, number>();
  for (const [number, piece] of vocabulary.entries()) {
    if (piece.startsWith('▁')) starts.set(piece.slice(1), number);
    else inner.set(piece, number);
  }
  const special = (name: string): number => {
    const number = vocabulary.indexOf(name);
    if (number < 0) throw new Error(`the vocabulary has no ${name}`);
    return number;
  };
  const [begin, end, unknown] = [special('[CLS]'), special('[SEP]'), special('[UNK]')];

  const piecesOf = (word: string): number[] => {
    if (word.length > LONGEST_WORD) return [unknown];
    const pieces: number[] = [];
    for (let at = 0; at < word.length; ) {
      const known = at === 0 ? starts : inner;
      let length = word.length - at;
      while (length > 0 && !known.has(word.slice(at, at + length))) length -= 1;
      if (length === 0) return [unknown];
      pieces.push(known.get(word.slice(at, at + length))!);
      at += length;
    }
    return pieces;
  };

  return (text) => {
    const words =
      text
        .toLowerCase()
        .normalize('NFD')
        .replace(/\p{Mn}/gu, '')
        .match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? [];
    return [begin, ...words.flatMap(piecesOf).slice(0, tokensAtMost - 2), end];
  };
};
