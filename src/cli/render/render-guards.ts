import type { RolloutView } from '../../client/client.ts';
import { count, percent } from '../../client/figures.ts';
import type { RenderOptions } from './render-lane.ts';

type Reading = RolloutView['readings'][number];
type Track = Reading['rollout']['stable'];

/** Each guard with both rates and how far the evidence is, toward a rollback and toward moving on. */
export const renderGuards = (
  { readings, order, stage }: RolloutView,
  { palette }: RenderOptions,
): string[] => {
  const exposure = order.plan.stages[stage]?.exposure;
  const isExposed = exposure !== undefined && (exposure.share > 0 || exposure.mirrorShare > 0);
  if (!isExposed || readings.length === 0) return [];
  const width = Math.max(9, ...readings.map(({ guard }) => guard.length));
  return [
    palette.dim(`${'guard'.padEnd(width)} stable             candidate          rollback   advance`),
    ...readings.map((reading) => {
      const { guard, rollback, advance } = reading;
      const back = rollback.blind
        ? palette.dim('blind     ')
        : gauge(rollback.logE, rollback.logThreshold, rollback.crossed, palette.bad);
      const on = advance.passed
        ? palette.good('✔ passed')
        : gauge(advance.logE, advance.logThreshold, false, palette.good);
      return `${guard.padEnd(width)} ${side(reading.rollout.stable)} ${side(reading.rollout.candidate)} ${back} ${on}`;
    }),
  ];
};

/** `12 of 4,102  0.3 %` */
const side = ({ bad, good, badShare }: Track): string => {
  const known = bad + good;
  const text = known === 0 ? 'no outcome yet' : `${count(bad)}/${count(known)} ${percent(badShare ?? 0)}`;
  return text.padEnd(18);
};

const cells = 5;

/** How far a logarithmic e-value is on its way to the threshold at which it decides. */
const gauge = (
  logE: number,
  logThreshold: number,
  isCrossed: boolean,
  colour: (text: string) => string,
): string => {
  if (isCrossed) return colour('✘ crossed '.padEnd(cells + 5));
  const share = Math.min(0.99, Math.max(0, logE / logThreshold));
  const full = Math.floor(share * cells);
  const bar = '█'.repeat(full) + '░'.repeat(cells - full);
  return colour(bar) + `${Math.floor(share * 100)} %`.padStart(5);
};
