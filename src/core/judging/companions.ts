import type { JudgeTask } from './judge-method.ts';

/** A further figure that comes of the same judgements. */
export interface Companion {
  /** Behind the name of the scorer. */
  readonly suffix: string;
  readonly range: readonly [least: number, greatest: number];
  /** Whether it says of a single case that it is good or bad. */
  readonly perCase: boolean;
}

/** `_disagreement`: the two orders came out differently. `_position_bias`: 1 where whichever came first won, -1 where whichever came second did. */
const PAIRWISE: readonly Companion[] = [
  { suffix: '_disagreement', range: [0, 1], perCase: false },
  { suffix: '_position_bias', range: [-1, 1], perCase: false },
];

/** 1 where the context does not support all claims. */
const GROUNDEDNESS: readonly Companion[] = [{ suffix: '_hallucinated', range: [0, 1], perCase: true }];

/** Of all of them less is better. */
export const companionsOf = (task: JudgeTask['kind']): readonly Companion[] =>
  task === 'pairwise' ? PAIRWISE : task === 'groundedness' ? GROUNDEDNESS : [];
