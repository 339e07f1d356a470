import type { Assertion, PatternTree } from './pattern-tree.ts';

/** One step of a pattern's machine; numbers are positions of other steps. */
export type PatternStep =
  | { readonly kind: 'character'; readonly source: string; readonly next: number }
  | { readonly kind: 'assertion'; readonly at: Assertion; readonly next: number }
  | { readonly kind: 'either'; readonly next: readonly number[] }
  | { readonly kind: 'accept' };

/** Beyond so many steps a pattern is refused; repeats with a count are written out, so `(a{99}){99}` would have thousands. */
export const MOST_STEPS = 2000;

/**
 * The machine of Thompson ("Regular expression search algorithm", 1968), built from the end so that every step knows what
 * follows it. Null when it would have more than `MOST_STEPS` steps.
 */
export const patternProgram = (
  tree: PatternTree,
): { readonly steps: readonly PatternStep[]; readonly start: number } | null => {
  if (stepsOf(tree) > MOST_STEPS) return null;
  const steps: PatternStep[] = [{ kind: 'accept' }];
  const add = (step: PatternStep): number => steps.push(step) - 1;
  const before = (part: PatternTree, next: number): number => {
    switch (part.kind) {
      case 'empty':
        return next;
      case 'character':
        return add({ kind: 'character', source: part.source, next });
      case 'assertion':
        return add({ kind: 'assertion', at: part.at, next });
      case 'sequence':
        return part.parts.reduceRight((following, one) => before(one, following), next);
      case 'choice':
        return add({ kind: 'either', next: part.branches.map((branch) => before(branch, next)) });
      case 'repeat': {
        let following = next;
        if (part.most === null) {
          const ways = [next];
          following = add({ kind: 'either', next: ways });
          ways.push(before(part.part, following));
        } else {
          for (let i = part.least; i < part.most; i += 1)
            following = add({ kind: 'either', next: [next, before(part.part, following)] });
        }
        for (let i = 0; i < part.least; i += 1) following = before(part.part, following);
        return following;
      }
    }
  };
  return { start: before(tree, 0), steps };
};

/** At least as many as will be made; every part counts for one at least, so that a repeat of nothing is bounded as well. */
const stepsOf = (tree: PatternTree): number => {
  switch (tree.kind) {
    case 'empty':
    case 'character':
    case 'assertion':
      return 1;
    case 'sequence':
      return 1 + tree.parts.reduce((sum, part) => sum + stepsOf(part), 0);
    case 'choice':
      return 1 + tree.branches.reduce((sum, branch) => sum + stepsOf(branch), 0);
    case 'repeat':
      return (Math.max(tree.least, tree.most ?? tree.least + 1) || 1) * (1 + stepsOf(tree.part));
  }
};
