/** Words as numbers, the same number for the same word throughout one use. */
export type WordCodes = (words: readonly string[]) => Int32Array;

export const wordCodes = (): WordCodes => {
  const codes = new Map<string, number>();
  return (words) => {
    const found = new Int32Array(words.length);
    for (let i = 0; i < words.length; i += 1) {
      const word = words[i]!;
      let code = codes.get(word);
      if (code === undefined) {
        code = codes.size;
        codes.set(word, code);
      }
      found[i] = code;
    }
    return found;
  };
};
