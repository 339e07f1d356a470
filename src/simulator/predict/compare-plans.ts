import { isDeepStrictEqual } from 'node:util';
import type { Plan, Stage } from '../../core/rollout/plan.ts';

/** One thing in which a plan differs from an earlier one. Null where the other has no such thing. */
export type PlanChange =
  | { readonly what: 'strategy'; readonly before: string; readonly after: string }
  | { readonly what: 'stage-added' | 'stage-removed'; readonly stage: string }
  | { readonly what: 'stage-changed'; readonly stage: string; readonly fields: readonly FieldChange[] }
  | { readonly what: 'guard-added' | 'guard-removed'; readonly guard: string }
  | { readonly what: 'guard-changed'; readonly guard: string; readonly fields: readonly FieldChange[] }
  | { readonly what: 'metric-added' | 'metric-removed'; readonly metric: string }
  | { readonly what: 'metric-changed'; readonly metric: string; readonly fields: readonly FieldChange[] }
  | { readonly what: 'bounds-changed'; readonly fields: readonly FieldChange[] };

export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What is different in `after`; stages, guards and metrics are the same ones if they have the same name. Empty for equal plans. */
export const comparePlans = (before: Plan, after: Plan): PlanChange[] => [
  ...(before.strategy === after.strategy
    ? []
    : [{ what: 'strategy', before: before.strategy, after: after.strategy } as const]),
  ...pair(before.stages, after.stages).flatMap(([old, now, name]): PlanChange[] => {
    if (old === undefined) return [{ what: 'stage-added', stage: name }];
    if (now === undefined) return [{ what: 'stage-removed', stage: name }];
    const fields = differences(stageFields(old), stageFields(now));
    return fields.length === 0 ? [] : [{ what: 'stage-changed', stage: name, fields }];
  }),
  ...pair(before.guards, after.guards).flatMap(([old, now, name]): PlanChange[] => {
    if (old === undefined) return [{ what: 'guard-added', guard: name }];
    if (now === undefined) return [{ what: 'guard-removed', guard: name }];
    const fields = differences({ ...old }, { ...now });
    return fields.length === 0 ? [] : [{ what: 'guard-changed', guard: name, fields }];
  }),
  ...pair(before.metrics ?? [], after.metrics ?? []).flatMap(([old, now, name]): PlanChange[] => {
    if (old === undefined) return [{ what: 'metric-added', metric: name }];
    if (now === undefined) return [{ what: 'metric-removed', metric: name }];
    const fields = differences({ ...old }, { ...now });
    return fields.length === 0 ? [] : [{ what: 'metric-changed', metric: name, fields }];
  }),
  ...boundsChanged(before, after),
];

const boundsChanged = (before: Plan, after: Plan): PlanChange[] => {
  const bounds = ({ alpha, leaseMs, evaluation, unit, isSticky }: Plan) => ({
    alphaRollback: alpha.rollback,
    alphaAdvance: alpha.advance,
    leaseMs,
    evaluation,
    unit: unit ?? 'request',
    sticky: isSticky ?? false,
  });
  const fields = differences(bounds(before), bounds(after));
  return fields.length === 0 ? [] : [{ what: 'bounds-changed', fields }];
};

const stageFields = ({ exposure, gates, minimumMs, timeoutMs }: Stage) => ({
  share: exposure.share,
  mirrorShare: exposure.mirrorShare,
  audience: exposure.audience,
  replicas: exposure.replicas,
  gates,
  minimumMs,
  timeoutMs,
});

/** In the order of `after`, what is gone last. Names need not be unique: the n-th of a name belongs to the n-th. */
const pair = <T extends { readonly name: string }>(
  before: readonly T[],
  after: readonly T[],
): [T | undefined, T | undefined, string][] => {
  const left = [...before];
  const pairs = after.map((now): [T | undefined, T | undefined, string] => {
    const at = left.findIndex(({ name }) => name === now.name);
    return [at < 0 ? undefined : left.splice(at, 1)[0], now, now.name];
  });
  return [...pairs, ...left.map((old): [T, undefined, string] => [old, undefined, old.name])];
};

const differences = (before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>) =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((field): FieldChange[] =>
    isDeepStrictEqual(before[field] ?? null, after[field] ?? null)
      ? []
      : [{ field, before: before[field] ?? null, after: after[field] ?? null }],
  );
