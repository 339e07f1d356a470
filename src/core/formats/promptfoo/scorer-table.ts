import type { PlainObject } from '../plain-object.ts';
import { isPlainObject } from '../plain-object.ts';
import { type MappedScorer, mapAssertion } from './map-assertion.ts';
import { renderTemplate } from './render-template.ts';

/** What the assertions of one case came to. */
export interface HeldAssertions {
  /** What each scorer expects of the case, by its name. */
  readonly asserts: PlainObject;
  /** For scorers that expect nothing and hold for this case. */
  readonly tags: readonly string[];
  /** The first thing that is to be there, for people who read the case. */
  readonly expected: unknown;
}

export interface ScorerTable {
  readonly of: (
    assertions: readonly unknown[],
    vars: PlainObject,
    where: string,
    leave: (what: string, why: string, where: string) => void,
  ) => HeldAssertions;
  /** The scorers, and the cases without tags that say nothing because all of them carry it. */
  readonly finish: (cases: readonly PlainObject[]) => {
    readonly scorers: readonly PlainObject[];
    readonly cases: readonly PlainObject[];
  };
}

interface Row {
  readonly name: string;
  readonly scorer: MappedScorer;
  readonly needsTag: boolean;
}

/**
 * promptfoo asserts something of each test; a scorer here is of all cases. So assertions of one kind with the same settings become one
 * scorer, whose expected value each case carries under `metadata.assert`, and a case without one has no score. The second assertion of a
 * kind in a test belongs to a second scorer.
 */
export const scorerTable = (): ScorerTable => {
  const rows = new Map<string, Row>();
  const names = new Set<string>();
  const rowOf = (base: string, scorer: MappedScorer, needsTag: boolean, nth: number): Row => {
    const key = JSON.stringify([base, scorer, nth]);
    const known = rows.get(key);
    if (known !== undefined) return known;
    let name = base;
    for (let count = 2; names.has(name); count += 1) name = `${base}_${count}`;
    names.add(name);
    const row = { name, scorer, needsTag };
    rows.set(key, row);
    return row;
  };
  return {
    of(assertions, vars, where, leave) {
      const asserts: Record<string, unknown> = {};
      const tags: string[] = [];
      const seen = new Map<string, number>();
      let expected: unknown;
      for (const assertion of flattened(assertions, where, leave)) {
        const type = String(assertion.type);
        const value = filled(assertion.value, vars);
        if (!value.isFilled) {
          leave(`assertion ${type}`, `its value needs ${value.what}`, where);
          continue;
        }
        const mapped = mapAssertion(assertion, value.value);
        if (mapped.kind === 'left-out') {
          leave(`assertion ${type}`, mapped.why, where);
          continue;
        }
        if (mapped.note !== null) leave(`the exact score of ${type}`, mapped.note, where);
        if (assertion.weight !== undefined && assertion.weight !== 1)
          leave(
            `weight of the assertion ${type}`,
            'each scorer is a metric of its own, so none outweighs another',
            where,
          );
        const base = nameOf(typeof assertion.metric === 'string' ? assertion.metric : type);
        const key = JSON.stringify([base, mapped.scorer]);
        const nth = (seen.get(key) ?? 0) + 1;
        seen.set(key, nth);
        const row = rowOf(base, mapped.scorer, mapped.expected === undefined, nth);
        if (row.needsTag) tags.push(tagOf(row.name));
        else asserts[row.name] = mapped.expected;
        if (mapped.scorer.not === undefined && mapped.scorer.scorer !== 'refusal')
          expected ??= mapped.expected;
      }
      return { asserts, tags, expected };
    },
    finish(cases) {
      const onAll = (tag: string): boolean =>
        cases.every(({ tags }) => Array.isArray(tags) && tags.includes(tag));
      const idle = new Set([...rows.values()].map(({ name }) => tagOf(name)).filter(onAll));
      return {
        scorers: [...rows.values()].map(({ name, scorer, needsTag }) => ({
          name,
          ...scorer,
          ...(needsTag
            ? idle.has(tagOf(name))
              ? {}
              : { only: tagOf(name) }
            : { expected: `/metadata/assert/${name}` }),
        })),
        cases: cases.map(({ tags, ...one }) => {
          const kept = Array.isArray(tags) ? tags.filter((tag) => !idle.has(tag)) : [];
          return kept.length === 0 ? one : { ...one, tags: kept };
        }),
      };
    },
  };
};

const tagOf = (name: string): string => `asserts:${name}`;

/** Names of metrics begin with a letter and hold letters, digits, `_` and `-`. */
const nameOf = (text: string): string => {
  const name = text.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 55);
  return /^[A-Za-z]/.test(name) ? name : `m_${name}`;
};

/** The members of sets that all must pass; a set of which some must is left out. */
const flattened = (
  assertions: readonly unknown[],
  where: string,
  leave: (what: string, why: string, where: string) => void,
): PlainObject[] =>
  assertions.flatMap((assertion) => {
    if (!isPlainObject(assertion)) {
      leave('an assertion', 'it is no map', where);
      return [];
    }
    if (assertion.type !== 'assert-set') return [assertion];
    if (assertion.threshold === undefined && Array.isArray(assertion.assert))
      return flattened(assertion.assert, where, leave);
    leave('assertion assert-set', 'only sets that must pass as a whole have a counterpart', where);
    return [];
  });

type Filled =
  | { readonly isFilled: true; readonly value: unknown }
  | { readonly isFilled: false; readonly what: string };

const filled = (value: unknown, vars: PlainObject): Filled => {
  if (Array.isArray(value)) {
    const all = value.map((one) => filled(one, vars));
    const refused = all.find((one) => !one.isFilled);
    return refused ?? { isFilled: true, value: all.map((one) => (one.isFilled ? one.value : null)) };
  }
  if (typeof value !== 'string') return { isFilled: true, value };
  const rendered = renderTemplate(value, vars);
  return rendered.isRendered
    ? { isFilled: true, value: rendered.text }
    : { isFilled: false, what: rendered.what };
};
