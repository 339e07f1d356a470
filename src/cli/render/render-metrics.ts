import type { RolloutView } from '../../client/client.ts';
import { boundOf, metricStanding, newestPoll } from '../../client/metric-sentences.ts';
import { plainText } from './plain-text.ts';
import type { RenderOptions } from './render-lane.ts';

/** Each outside metric with its newest value, its bound, and how many polls in a row there are. */
export const renderMetrics = ({ metrics }: RolloutView, { palette }: RenderOptions): string[] => {
  if (metrics.length === 0) return [];
  const width = Math.max(16, ...metrics.map(({ metric }) => metric.length));
  return [
    palette.dim(`${'metric'.padEnd(width)} now                      allowed         polls (rule: threshold)`),
    ...metrics.map((reading) => {
      const standing = metricStanding(reading);
      const icon = reading.broken ? '✘ ' : reading.passed ? '✔ ' : '';
      const colour = reading.broken ? palette.bad : reading.passed ? palette.good : palette.now;
      const cells = [
        plainText(reading.metric).padEnd(width),
        newestPoll(reading).padEnd(24),
        boundOf(reading).padEnd(15),
      ];
      return `${cells.join(' ')} ${colour(`${icon}${standing}`)}`;
    }),
  ];
};
