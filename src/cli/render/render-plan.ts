import { audienceText } from '../../client/audience-text.ts';
import { duration, percent } from '../../client/figures.ts';
import { metricDemand } from '../../client/metric-sentences.ts';
import { gateName } from '../../client/sentences.ts';
import type { Audience } from '../../core/audience/audience.ts';
import type { Plan } from '../../core/rollout/plan.ts';
import type { FieldChange, PlanChange } from '../../simulator/predict/compare-plans.ts';
import type { Palette } from './palette.ts';
import { textTable } from './text-table.ts';
import { wrapText } from './wrap-text.ts';

/** The stages a rollout would go through, with their gates and the guards of the plan. */
export const renderPlan = (
  { stages: all, guards, metrics = [], alpha }: Plan,
  { dim }: Palette,
  columns: number,
): string => {
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
      `${name} (${[
        ...(marginShare > 0 ? [`margin ${percent(marginShare)}`] : []),
        ...(boundShare === null ? [] : [`at most ${percent(boundShare)}`]),
      ].join(', ')})`,
  );
  const note = (text: string): string => dim(wrapText(text, columns, '  '));
  const audiences = all.flatMap(({ name, exposure }) =>
    exposure.audience === undefined ? [] : [`${name}: of requests with ${audienceText(exposure.audience)}`],
  );
  return [
    textTable(['#', 'STAGE', 'SHARE', 'MIRROR', 'GATES', 'AT LEAST', 'AT MOST'], rows, [0, 2, 3]),
    ...audiences.map(note),
    ...(watched.length === 0
      ? []
      : [note(`guards ${watched.join(', ')}; false rollbacks at most ${percent(alpha.rollback)}`)]),
    ...metrics.map((metric) => note(`metric ${metricDemand(metric)}; foreseen as always good`)),
  ].join('\n');
};

/** What is different from the plan of the rollout before. */
export const renderPlanChanges = (
  changes: readonly PlanChange[],
  palette: Palette,
  columns: number,
): string[] =>
  changes.length === 0
    ? [palette.dim('the same plan as that of the rollout before')]
    : [
        palette.dim('against the plan of the rollout before'),
        ...changes.map((change) => palette[colourOf(change)](wrapText(changeText(change), columns, '    '))),
      ];

const colourOf = ({ what }: PlanChange): 'good' | 'bad' | 'warn' => {
  if (what.endsWith('-added')) return 'good';
  return what.endsWith('-removed') ? 'bad' : 'warn';
};

const changeText = (change: PlanChange): string => {
  switch (change.what) {
    case 'strategy':
      return `~ strategy ${change.before} → ${change.after}`;
    case 'stage-added':
      return `+ stage ${change.stage}`;
    case 'stage-removed':
      return `- stage ${change.stage}`;
    case 'stage-changed':
      return `~ stage ${change.stage}: ${fields(change.fields)}`;
    case 'guard-added':
      return `+ guard ${change.guard}`;
    case 'guard-removed':
      return `- guard ${change.guard}`;
    case 'guard-changed':
      return `~ guard ${change.guard}: ${fields(change.fields)}`;
    case 'metric-added':
      return `+ metric ${change.metric}`;
    case 'metric-removed':
      return `- metric ${change.metric}`;
    case 'metric-changed':
      return `~ metric ${change.metric}: ${fields(change.fields)}`;
    case 'bounds-changed':
      return `~ ${fields(change.fields)}`;
  }
};

const fields = (all: readonly FieldChange[]): string =>
  all
    .map(
      ({ field, before, after }) =>
        `${fieldNames[field] ?? field} ${valueText(field, before)} → ${valueText(field, after)}`,
    )
    .join(', ');

/** As they are called in the files, or in the table above. */
const fieldNames: Readonly<Record<string, string>> = {
  mirrorShare: 'mirror',
  minimumMs: 'at least',
  timeoutMs: 'at most',
  marginShare: 'margin',
  boundShare: 'bound',
  warmUpMs: 'warm-up',
  alphaRollback: 'alpha of rollbacks',
  alphaAdvance: 'alpha of advances',
  leaseMs: 'lease',
  everyMs: 'every',
  windowMs: 'window',
};

const SHARES: readonly string[] = [
  'share',
  'mirrorShare',
  'marginShare',
  'boundShare',
  'alphaRollback',
  'alphaAdvance',
];

const valueText = (field: string, value: unknown): string => {
  if (field === 'audience') return value === null ? 'everybody' : audienceText(value as Audience);
  if (value === null) return 'none';
  if (typeof value === 'number') {
    if (field.endsWith('Ms')) return duration(value);
    return SHARES.includes(field) ? percent(value) : String(value);
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : (value as Plan['stages'][number]['gates']).map(gateName).join(' + ');
  return typeof value === 'string' ? value : JSON.stringify(value);
};
