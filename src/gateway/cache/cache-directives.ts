export interface CacheDirectives {
  readonly has: (name: string) => boolean;
  /** Whole seconds from 0; null when it is not there. What is no number, or differs when said twice, counts as 0. */
  readonly seconds: (name: string) => number | null;
}

const NONE: CacheDirectives = { has: () => false, seconds: () => null };

/** Reads a `cache-control` header (RFC 9111, section 5.2). Names know no case; quoted values are taken without their quotes. */
export function cacheDirectives(header: string | undefined): CacheDirectives {
  if (header === undefined) return NONE;
  const found = new Map<string, string | null>();
  // A comma within quotes belongs to the value.
  for (const [, name, quoted, plain] of header.matchAll(
    /([^\s,;="]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,;"]*)))?/g,
  )) {
    const key = name!.toLowerCase();
    const value = quoted ?? plain ?? null;
    found.set(key, found.has(key) && found.get(key) !== value ? 'unclear' : value);
  }
  return {
    has: (name) => found.has(name),
    seconds(name) {
      const value = found.get(name);
      if (value === undefined) return null;
      return value !== null && /^[0-9]{1,10}$/.test(value) ? Number(value) : 0;
    },
  };
}
