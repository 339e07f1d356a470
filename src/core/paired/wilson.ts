import type { Interval } from '../evaluation/interval.ts';
import { criticalValue } from '../evaluation/normal-quantile.ts';

/**
 * Wilson's score interval for a share ("Probable inference, the law of succession, and statistical inference", JASA 22, 1927): covers
 * as often as it says on average, at some shares less. For gates there is `shareInterval` (Clopper-Pearson), which never
 * covers less. Counts may be fractional; nothing counted leaves everything open.
 */
export const wilsonInterval = (hits: number, total: number, confidence: number): Interval => {
  if (total <= 0) return { low: 0, high: 1 };
  const z = criticalValue(confidence);
  const share = hits / total;
  const scale = 1 + (z * z) / total;
  const center = (share + (z * z) / (2 * total)) / scale;
  const reach = (z / scale) * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total));
  return {
    low: hits <= 0 ? 0 : Math.max(0, center - reach),
    high: hits >= total ? 1 : Math.min(1, center + reach),
  };
};
