import { audienceText } from '../../../src/client/audience-text.ts';
import { percent } from '../../../src/client/figures.ts';
import type { Stage } from '../api/shapes.ts';

/** Who gets the candidate in a stage, in a few words. */
export const exposureText = ({ share, mirrorShare, audience }: Stage['exposure']): string => {
  const parts = [
    ...(mirrorShare > 0 ? [`${percent(mirrorShare)} mirrored`] : []),
    ...(share > 0 ? [`${percent(share)} of requests`] : []),
  ];
  if (parts.length === 0) return 'no traffic';
  return audience === undefined
    ? parts.join(', ')
    : `${parts.join(', ')}, of those with ${audienceText(audience)}`;
};
