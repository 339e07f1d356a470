/** A map that forgets what was used longest ago, telling `onForgotten`. */
export function newestOf<Key, Value>(
  most: number,
  onForgotten: (value: Value) => void,
): { take(key: Key, make: () => Value): Value } {
  const kept = new Map<Key, Value>();
  return {
    take(key, make) {
      let value = kept.get(key);
      if (value !== undefined) {
        kept.delete(key);
        kept.set(key, value);
        return value;
      }
      value = make();
      kept.set(key, value);
      if (kept.size > most) {
        const [oldest, forgotten] = kept.entries().next().value!;
        kept.delete(oldest);
        onForgotten(forgotten);
      }
      return value;
    },
  };
}
