import { duration, percent } from '../../client/figures.ts';
import { metricDemand } from '../../client/metric-sentences.ts';
import { gateName } from '../../client/sentences.ts';
import type { Plan } from '../../core/rollout/plan.ts';
import type { FieldChange, PlanChange } from '../../simulator/predict/compare-plans.ts';
import type { Palette } from './palette.ts';
import { textTable } from './text-table.ts';

/** The stages a rollout would go through, with their gates and the guards of the plan. */
export const renderPlan = ({ stages: all, guards, metrics = [], alpha }: Plan, { dim }: Palette): string => {
  const rows = all.map(({ name, exposure, gates, minimumMs, timeoutMs }, index) => [
    String(index + 1),
    name,
    percent(exposure.share),
    exposure.mirrorShare === 0 ? '' : percent(exposure.mirrorShare),
    gates.map(gateName).join(', '),
    minimumMs === 0 ? '' : duration(minimumMs),
    timeoutMs === null ? '' : duration(timeoutMs),
  ]);
  const watched = guards.map(
    ({ name, marginShare, boundShare }) =>
      `${name} (margin ${percent(marginShare)}${boundShare === null ? '' : `, at most ${percent(boundShare)}`})`,
  );
  return [
    textTable(['#', 'STAGE', 'SHARE', 'MIRROR', 'GATES', 'AT LEAST', 'AT MOST'], rows, [0, 2, 3]),
    ...(watched.length === 0
      ? []
      : [dim(`guards ${watched.join(', ')}; false rollbacks at most ${percent(alpha.rollback)}`)]),
    ...metrics.map((metric) => dim(`metric ${metricDemand(metric)}; foreseen as always good`)),
  ].join('\n');
};

/** What is different from the plan of the rollout before. */
export const renderPlanChanges = (changes: readonly PlanChange[], palette: Palette): string[] =>
  changes.length === 0
    ? [palette.dim('as in the rollout before')]
    : changes.map((change) => changeText(change, palette));

const changeText = (change: PlanChange, palette: Palette): string => {
  switch (change.what) {
    case 'strategy':
      return palette.warn(`~ strategy ${change.before} → ${change.after}`);
    case 'stage-added':
      return palette.good(`+ stage ${change.stage}`);
    case 'stage-removed':
      return palette.bad(`- stage ${change.stage}`);
    case 'stage-changed':
      return palette.warn(`~ stage ${change.stage}: ${fields(change.fields)}`);
    case 'guard-added':
      return palette.good(`+ guard ${change.guard}`);
    case 'guard-removed':
      return palette.bad(`- guard ${change.guard}`);
    case 'guard-changed':
      return palette.warn(`~ guard ${change.guard}: ${fields(change.fields)}`);
    case 'bounds-changed':
      return palette.warn(`~ ${fields(change.fields)}`);
  }
};

const fields = (all: readonly FieldChange[]): string =>
  all
    .map(({ field, before, after }) => `${field} ${valueText(field, before)} → ${valueText(field, after)}`)
    .join(', ');

const valueText = (field: string, value: unknown): string => {
  if (value === null) return 'none';
  if (typeof value === 'number') return field.endsWith('Ms') ? duration(value) : percent(value);
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : (value as Plan['stages'][number]['gates']).map(gateName).join(' + ');
  return typeof value === 'string' ? value : JSON.stringify(value);
};
