import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Finding } from './finding.ts';

export interface Location {
  /** Where it begins, in UTF-16 code units from the start of the text. */
  readonly offset: number;
  /** What was typed, if it is a scalar; without quotes. */
  readonly typed?: string;
}

/** Where a piece of the data stands. What is missing is placed at the nearest thing around it that is there. */
export const locate = (document: Document, path: Finding['path'], part: Finding['part']): Location => {
  let node: Node | null = document.contents as Node | null;
  let offset = offsetOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    const last = depth === path.length - 1;
    const inside: Node | null = isAlias(node) ? (node.resolve(document) ?? null) : node;
    if (isMap(inside)) {
      const pair = pairsOf(inside).get(String(step));
      if (pair === undefined) return { offset };
      const keyOffset = offsetOf(pair.key as Node | null) ?? offset;
      node = pair.value as Node | null;
      offset = last && part === 'key' ? keyOffset : (filledOffset(node) ?? keyOffset);
      // Deeper down a missing key is reported at the key of the map that lacks it.
      if (!last && !isFlow(node)) offset = keyOffset;
    } else if (isSeq(inside)) {
      const item = inside.items[Number(step)] as Node | undefined;
      if (item === undefined) return { offset };
      node = item;
      offset = offsetOf(node) ?? offset;
    } else return { offset };
  }
  return isScalar(node) && node.source !== undefined ? { offset, typed: node.source } : { offset };
};

/** Of equal keys the last, as in the data. */
const pairsOf = (map: YAMLMap): ReadonlyMap<string, Pair> => {
  const known = indexed.get(map);
  if (known !== undefined) return known;
  const pairs = new Map((map.items as Pair[]).map((pair) => [keyText(pair), pair]));
  indexed.set(map, pairs);
  return pairs;
};

/** Looking through a map for each of its keys would take the square of its size. */
const indexed = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

export const keyText = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : String(key));

const offsetOf = (node: Node | null): number | undefined => node?.range?.[0];

/** An empty value has a place, but nothing to point at. */
const filledOffset = (node: Node | null): number | undefined =>
  isScalar(node) && node.value === null && (node.source ?? '') === '' ? undefined : offsetOf(node);

const isFlow = (node: Node | null): boolean => (isMap(node) || isSeq(node)) && node.flow === true;
