import { readObject } from '../read-object.ts';

/** `{"verdicts": [{number, reason, verdict}, …]}` with one for each number from 1 to `count`, in order, and one of these words; else null. */
export const readVerdicts = <Word extends string>(
  content: unknown,
  count: number,
  words: readonly Word[],
): readonly { readonly verdict: Word; readonly reason: string }[] | null => {
  const list = readObject(content, ['verdicts'])?.verdicts;
  if (!Array.isArray(list) || list.length !== count) return null;
  const read: { verdict: Word; reason: string }[] = [];
  for (const [place, one] of list.entries()) {
    const { number, reason, verdict, ...others } = (one ?? {}) as Record<string, unknown>;
    const word = words.find((known) => known === verdict);
    if (number !== place + 1 || typeof reason !== 'string' || word === undefined) return null;
    if (Object.keys(others).length > 0) return null;
    read.push({ verdict: word, reason });
  }
  return read;
};
