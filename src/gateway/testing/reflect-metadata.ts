/**
 * As much of the package `reflect-metadata` as the maker of test certificates asks for when it is loaded. To be imported before it.
 */
const stored = new WeakMap<object, Map<unknown, unknown>>();
const get = (key: unknown, target: object): unknown => stored.get(target)?.get(key);
const define = (key: unknown, value: unknown, target: object): void => {
  const own = stored.get(target) ?? new Map<unknown, unknown>();
  stored.set(target, own.set(key, value));
};

Object.assign(Reflect, {
  getMetadata: get,
  getOwnMetadata: get,
  hasOwnMetadata: (key: unknown, target: object): boolean => get(key, target) !== undefined,
  defineMetadata: define,
  metadata: (key: unknown, value: unknown) => (target: object) => define(key, value, target),
});
