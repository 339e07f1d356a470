/**
 * Hands things on in the order of their places, whatever order they come in. Answers come in the order of how quick they are, and a sequence that
 * took them like that would see the easy cases first.
 */
export const orderedFeed = <Thing>(take: (thing: Thing, place: number) => void) => {
  const waiting = new Map<number, Thing>();
  let next = 0;
  return {
    /** `place` counts from 0 in the order that was drawn; each comes once. */
    put: (place: number, thing: Thing): void => {
      if (place < next || waiting.has(place)) throw new RangeError(`place ${place} came twice`);
      waiting.set(place, thing);
      for (;;) {
        const ready = waiting.get(next);
        if (ready === undefined && !waiting.has(next)) return;
        waiting.delete(next);
        next += 1;
        take(ready as Thing, next - 1);
      }
    },
    /** How many wait for one before them. */
    waiting: (): number => waiting.size,
  };
};
