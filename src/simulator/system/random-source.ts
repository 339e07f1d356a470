import { type Random, seededRandom } from '../../core/evaluation/seeded-random.ts';

/** Draws from one stream of a seed. */
export interface RandomSource {
  /** Uniform on [0, 1). */
  readonly share: Random;
  /** Uniform on [low, high). */
  between(low: number, high: number): number;
  /** Uniform on low, low + 1, …, high. */
  whole(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(options: readonly T[]): T;
}

export const openRandomSource = (seed: number, stream: string): RandomSource => {
  const share = seededRandom(seed, stream);
  const whole = (low: number, high: number): number => low + Math.floor(share() * (high - low + 1));
  return {
    share,
    between: (low, high) => low + share() * (high - low),
    whole,
    chance: (probability) => share() < probability,
    pick: <T>(options: readonly T[]): T => options[whole(0, options.length - 1)] as T,
  };
};
