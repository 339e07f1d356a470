import { porterStem } from './porter-stemmer.ts';

/** The words of a text as `rouge-score` sees them: runs of a to z and digits in lower case; longer than three letters, stemmed on demand. */
export const rougeTokens = (text: string, stems: boolean): string[] => {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return stems ? words.map((word) => (word.length > 3 ? porterStem(word) : word)) : words;
};
