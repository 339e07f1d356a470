import { describe, expect, it } from 'vitest';
import { wordPieces } from './word-pieces.ts';

const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '▁un', 'lock', 'ing', '▁the', '▁cafe', '▁?', 'un'];
const pieces = wordPieces(vocabulary);

describe('word pieces', () => {
  it('takes the longest piece first, and inner pieces only inside a word', () => {
    expect(pieces('unlocking the')).toEqual([2, 4, 5, 6, 7, 3]);
    expect(pieces('lock')).toEqual([2, 1, 3]);
  });

  it('does not care about case and accents, and keeps punctuation apart', () => {
    expect(pieces('The Café?')).toEqual([2, 7, 8, 9, 3]);
  });

  it('knows no word that is endless, and cuts an endless text', () => {
    expect(pieces('a'.repeat(1_000))).toEqual([2, 1, 3]);
    expect(wordPieces(vocabulary, 6)('the '.repeat(100))).toEqual([2, 7, 7, 7, 7, 3]);
  });
});
