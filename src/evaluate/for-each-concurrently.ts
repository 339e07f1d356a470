/**
 * Runs `work` for every item with at most `concurrency` under way, taking items only as they are needed; `before` runs once
 * with the first item. The first failure stops the taking, and is thrown once everything under way has ended.
 */
export const forEachConcurrently = async <Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  concurrency: number,
  before: (first: Item) => Promise<void>,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> => {
  const source = iteratorOf(items);
  // One at a time: a hand-written iterator need not queue overlapping calls, and indices must follow its order.
  let taking: Promise<unknown> = Promise.resolve();
  let taken = 0;
  let isOver = false;
  let failure: { readonly error: unknown } | null = null;
  const take = (): Promise<{ item: Item; index: number } | null> => {
    const next = taking.then(async () => {
      if (isOver) return null;
      const result = await source.next();
      if (result.done === true) {
        isOver = true;
        return null;
      }
      const index = taken;
      taken += 1;
      if (index === 0) await before(result.value);
      return { item: result.value, index };
    });
    taking = next.catch(() => undefined);
    return next;
  };
  const worker = async (): Promise<void> => {
    try {
      for (let next = await take(); next !== null; next = await take()) await work(next.item, next.index);
    } catch (error) {
      isOver = true;
      failure ??= { error };
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, worker));
  if (failure !== null) {
    await source.return?.();
    throw (failure as { readonly error: unknown }).error;
  }
};

const iteratorOf = <Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
): AsyncIterator<Item> | Iterator<Item> =>
  Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
