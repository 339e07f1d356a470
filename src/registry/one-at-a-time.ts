const running = new Map<string, Promise<unknown>>();

/** Runs actions with the same key one after the other. Within this process; the state directory's lock keeps others away. */
export const oneAtATime = <T>(key: string, action: () => Promise<T>): Promise<T> => {
  const before = running.get(key) ?? Promise.resolve();
  const mine = before.catch(() => {}).then(action);
  running.set(key, mine);
  const forget = () => {
    if (running.get(key) === mine) running.delete(key);
  };
  mine.then(forget, forget);
  return mine;
};
