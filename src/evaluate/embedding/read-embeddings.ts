/** The vectors of an embeddings endpoint's `data` in the order of the texts; null unless there is one for each, all of one length and of finite numbers. */
export const readEmbeddings = (data: unknown, count: number): readonly (readonly number[])[] | null => {
  if (!Array.isArray(data) || data.length !== count) return null;
  const vectors: (readonly number[] | undefined)[] = new Array(count).fill(undefined);
  for (const [place, one] of data.entries()) {
    const { index = place, embedding } = (one ?? {}) as { index?: unknown; embedding?: unknown };
    if (typeof index !== 'number' || !(index in vectors) || vectors[index] !== undefined) return null;
    if (!Array.isArray(embedding) || embedding.length === 0 || !embedding.every(Number.isFinite)) return null;
    vectors[index] = embedding as number[];
  }
  const all = vectors.filter((vector) => vector !== undefined);
  return all.every(({ length }) => length === all[0]?.length) ? all : null;
};
