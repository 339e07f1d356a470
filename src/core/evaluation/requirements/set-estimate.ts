import type { Score } from '../../scorers/scorer.ts';
import type { LevelEstimate } from './level-estimate.ts';
import type { CaseFacts, SideScores } from './requirement-input.ts';
import type { Resampling } from './resampled-estimate.ts';
import { resampledEstimate } from './resampled-estimate.ts';

type SetScores = Extract<SideScores, { kind: 'set' }>;

/**
 * A score of a whole set over the cases at `places`, or with `baseline` the difference to it over those that both sides have: BCa, drawing
 * cases. Where nothing varies the whole range stays open. Null where the score is undefined.
 */
export const setEstimate = (
  candidate: SetScores,
  baseline: SetScores | null,
  cases: readonly CaseFacts[],
  places: readonly number[],
  range: readonly [number, number],
  resampling: Resampling,
): LevelEstimate | null => {
  const own = new Set(candidate.members);
  const others = baseline === null ? null : new Set(baseline.members);
  const drawn = places.filter((place) => own.has(place) && (others === null || others.has(place)));
  const weighted = (times: ArrayLike<number> | undefined): Float64Array => {
    const byPlace = new Float64Array(cases.length);
    for (let i = 0; i < drawn.length; i += 1) {
      const place = drawn[i]!;
      byPlace[place] = cases[place]!.weight * (times === undefined ? 1 : times[i]!);
    }
    return byPlace;
  };
  const scoreOf = (side: SetScores, byPlace: Float64Array): Score =>
    side.score(Float64Array.from(side.members, (place) => byPlace[place]!));
  const of = (times?: ArrayLike<number>): Score => {
    const byPlace = weighted(times);
    const a = scoreOf(candidate, byPlace);
    if (a === null || baseline === null) return a;
    const b = scoreOf(baseline, byPlace);
    return b === null ? null : a - b;
  };
  const value = drawn.length === 0 ? null : of();
  if (value === null) return null;
  const [least, greatest] = range;
  const whole = { low: least, high: greatest };
  return resampledEstimate(
    { value, n: drawn.length, of, fallback: { method: 'too few cases to tell', interval: () => whole } },
    resampling,
  );
};
