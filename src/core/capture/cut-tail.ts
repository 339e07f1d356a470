/**
 * The beginning of a text whose end is missing, without a last piece that could be part of something to be taken out: half an
 * address, the first groups of a number, a key that goes on.
 */
export function cutTail(text: string): string {
  const words = text.split(/(\s+)/);
  // The last word, and words with digits or signs before it.
  words.pop();
  while (words.length > 0 && (words.at(-1)!.trim() === '' || /[\d@+_=]|[-./:].*[-./:]/.test(words.at(-1)!)))
    words.pop();
  return words.join('');
}

/** The same for every text in a JSON value that stands under one of `names`; null: for all. */
export function cutTails(value: unknown, names: ReadonlySet<string> | null): unknown {
  const walk = (at: unknown, isGrowing: boolean): unknown => {
    if (typeof at === 'string') return isGrowing ? cutTail(at) : at;
    if (Array.isArray(at)) return at.map((each) => walk(each, isGrowing));
    if (typeof at !== 'object' || at === null) return at;
    return Object.fromEntries(
      Object.entries(at).map(([name, each]) => [name, walk(each, names === null || names.has(name))]),
    );
  };
  return walk(value, names === null);
}

/** A JSON value in which texts together have at most so many characters: the ones behind are cut. */
export function cutTexts(value: unknown, charactersAtMost: number): unknown {
  let left = charactersAtMost;
  const walk = (at: unknown): unknown => {
    if (typeof at === 'string') {
      const kept = at.slice(0, left);
      left -= kept.length;
      return kept;
    }
    if (Array.isArray(at)) return at.map(walk);
    if (typeof at !== 'object' || at === null) return at;
    return Object.fromEntries(Object.entries(at).map(([name, each]) => [name, walk(each)]));
  };
  return walk(value);
}
