import { isWithin } from '../audience/is-within.ts';
import type { Stage } from './plan.ts';

/** Who had the candidate must not be sent back to stable by a stage that was to show it to more. Null: nobody is. */
export const firstShrinking = (stages: readonly Stage[]): string | null => {
  let before: Stage | null = null;
  for (const stage of stages.filter(isExposing)) {
    if (before !== null && !isWithin(before.exposure.audience ?? null, stage.exposure.audience ?? null))
      return stage.name;
    before = stage;
  }
  return null;
};

/**
 * Where users count once, those count in a stage for whom its share has tossed a new coin. An audience that grows under the same share
 * brings people in and tosses none. Null: there is no such stage.
 */
export const firstUnseen = (stages: readonly Stage[]): string | null => {
  let greatest = 0;
  let before: Stage | null = null;
  for (const stage of stages.filter(({ exposure }) => exposure.share > 0)) {
    const isWider =
      before !== null && !isWithin(stage.exposure.audience ?? null, before.exposure.audience ?? null);
    if (isWider && stage.exposure.share <= greatest) return stage.name;
    greatest = Math.max(greatest, stage.exposure.share);
    before = stage;
  }
  return null;
};

/** Some request reaches the candidate, be it a copy. */
export const isExposing = ({ exposure }: Stage): boolean => exposure.share > 0 || exposure.mirrorShare > 0;
