/** Tasks by name: those of one name are done one after another, in the order asked. */
export interface Turns {
  take(name: string, task: () => Promise<void>): void;
  isBusy(name: string): boolean;
}

export const openTurns = (failed: (error: unknown) => void): Turns => {
  const busy = new Map<string, Promise<void>>();
  return {
    take(name, task) {
      const turn = (busy.get(name) ?? Promise.resolve()).then(task).catch(failed);
      busy.set(name, turn);
      void turn.then(() => {
        if (busy.get(name) === turn) busy.delete(name);
      });
    },
    isBusy: (name) => busy.has(name),
  };
};
