import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, visit } from 'yaml';
import { keyText } from './locate.ts';

export interface DocumentFault {
  readonly offset: number;
  readonly message: string;
}

/** More references to anchors than any configuration needs. */
const MOST_ALIASES = 100;
const DEEPEST = 100;

/** Keys that stand twice in one map, keys that are no words, and such as mean something to JavaScript and nothing to us. */
export const keyFaults = (document: Document): DocumentFault[] => {
  const faults: DocumentFault[] = [];
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<string>();
      for (const pair of map.items as Pair[]) {
        const key = keyText(pair);
        const complain = (message: string): number => faults.push({ offset: startOf(pair), message });
        if (!isScalar(pair.key) || pair.key.value === null) complain('a key must be a plain word');
        else if (key === '__proto__') complain('__proto__ cannot be a key');
        else if (key === '<<') complain('merge keys (<<) are not supported');
        else if (seen.has(key)) complain(`the key ${JSON.stringify(key)} stands here twice`);
        seen.add(key);
      }
    },
  });
  return faults;
};

/** What would make the data endless or needlessly large, as a sentence; null when nothing does. */
export const shapeFault = (document: Document): string | null => {
  let aliases = 0;
  visit(document, { Alias: () => (++aliases > MOST_ALIASES ? visit.BREAK : undefined) });
  if (aliases > MOST_ALIASES) return `more than ${MOST_ALIASES} aliases (*) stand in it`;
  const open = new Set<unknown>();
  const done = new Set<unknown>();
  const walk = (given: unknown): string | null => {
    const node = isAlias(given) ? given.resolve(document) : given;
    if (!isMap(node) && !isSeq(node)) return null;
    if (open.has(node)) return 'an alias (*) stands inside its own anchor (&)';
    // A bomb reaches the same anchor along very many ways.
    if (done.has(node)) return null;
    if (open.size >= DEEPEST) return `it is nested deeper than ${DEEPEST} levels`;
    open.add(node);
    const children: readonly unknown[] = isMap(node) ? node.items.map(({ value }) => value) : node.items;
    const fault = children.reduce<string | null>((found, child) => found ?? walk(child), null);
    open.delete(node);
    done.add(node);
    return fault;
  };
  return walk(document.contents);
};

const startOf = ({ key, value }: Pair): number =>
  (key as Node | null)?.range?.[0] ?? (value as Node | null)?.range?.[0] ?? 0;
