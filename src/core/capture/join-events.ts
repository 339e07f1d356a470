/** What came at one place of the events of a stream, in order. */
export interface JoinedPlace {
  /** JSON pointer. */
  readonly place: string;
  readonly pieces: readonly (string | number | boolean)[];
}

/**
 * What the events of a stream amount to, where nobody knows their form: the pieces that came at each place. What was the same
 * each time came once, and what tells kinds of events apart is left out.
 */
export function joinEvents(events: readonly unknown[]): JoinedPlace[] {
  const places = new Map<string, (string | number | boolean)[]>();
  const walk = (value: unknown, place: string): void => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      const known = places.get(place);
      if (known === undefined) places.set(place, [value]);
      else known.push(value);
    } else if (Array.isArray(value)) value.forEach((each, index) => void walk(each, `${place}/${index}`));
    else if (typeof value === 'object' && value !== null)
      for (const [name, each] of Object.entries(value))
        walk(each, `${place}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  };
  for (const event of events) walk(event, '');
  return [...places].flatMap(([place, pieces]) => {
    if (pieces.every((piece) => piece === pieces[0])) return [{ place, pieces: pieces.slice(0, 1) }];
    return /\/(?:type|object|event)$/.test(place) ? [] : [{ place, pieces }];
  });
}
