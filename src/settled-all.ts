/** As `Promise.all`, but a failure is told only once all have settled, so that nothing opens behind its back. */
export const settledAll = async <T extends readonly unknown[]>(
  promises: {
    readonly [K in keyof T]: Promise<T[K]>;
  },
): Promise<T> => {
  await Promise.allSettled(promises);
  return (await Promise.all(promises)) as unknown as T;
};
