import { percent } from '../../../src/client/figures.ts';
import type { Stage } from '../api/shapes.ts';

/** Who gets the candidate in a stage, in a few words. */
export const exposureText = ({ share, mirrorShare }: Stage['exposure']): string => {
  const parts = [
    ...(mirrorShare > 0 ? [`${percent(mirrorShare)} mirrored`] : []),
    ...(share > 0 ? [`${percent(share)} of requests`] : []),
  ];
  return parts.length === 0 ? 'no traffic' : parts.join(', ');
};
