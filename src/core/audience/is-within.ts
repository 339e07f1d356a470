import type { Audience } from './audience.ts';

/**
 * True when everybody in `inner` is certainly in `outer` as well; null is everybody. It is told from how they are written, so it
 * may be false for two that happen to hold the same people, and is never true for two that do not.
 */
export function isWithin(inner: Audience | null, outer: Audience | null): boolean {
  if (outer === null) return true;
  if (inner === null) return false;
  if (inner.type === 'any') return inner.of.every((one) => isWithin(one, outer));
  if (outer.type === 'all') return outer.of.every((one) => isWithin(inner, one));
  if (inner.type === 'all' && inner.of.some((one) => isWithin(one, outer))) return true;
  if (outer.type === 'any') return outer.of.some((one) => isWithin(inner, one));
  return isLeafWithin(inner, outer);
}

function isLeafWithin(inner: Audience, outer: Audience): boolean {
  switch (outer.type) {
    case 'header':
      return inner.type === 'header' && inner.name === outer.name && isPart(inner.values, outer.values);
    case 'header-prefix':
      if (inner.type === 'header-prefix')
        return inner.name === outer.name && inner.prefix.startsWith(outer.prefix);
      return (
        inner.type === 'header' &&
        inner.name === outer.name &&
        inner.values.every((value) => value.startsWith(outer.prefix))
      );
    case 'claim':
      return inner.type === 'claim' && inner.name === outer.name && isPart(inner.values, outer.values);
    case 'keys':
      return inner.type === 'keys' && isPart(inner.ids, outer.ids);
    case 'key-share':
      return inner.type === 'key-share' && inner.share <= outer.share;
    case 'not':
      return inner.type === 'not' && isWithin(outer.of, inner.of);
    case 'all':
    case 'any':
      return false;
  }
}

const isPart = (some: readonly string[], all: readonly string[]): boolean =>
  some.every((one) => all.includes(one));
