import { expect, it } from 'vitest';
import { canary, plainPolicy, planFor } from '../../core/rollout/testing/lane.ts';
import { comparePlans } from './compare-plans.ts';

const before = planFor();

it('finds nothing between equal plans', () => {
  expect(comparePlans(before, planFor())).toEqual([]);
});

it('names stages that came, went and changed', () => {
  const after = planFor({ strategy: { ...canary([0.1, 0.2, 1]), minimumMs: 9_000 } });
  expect(comparePlans(before, after)).toEqual([
    { what: 'stage-changed', stage: '10 %', fields: [{ field: 'minimumMs', before: 5_000, after: 9_000 }] },
    { what: 'stage-added', stage: '20 %' },
    { what: 'stage-removed', stage: '50 %' },
  ]);
});

it('names guards and bounds that changed', () => {
  const [errors] = plainPolicy.guards;
  const policy = {
    ...plainPolicy,
    guards: [{ ...errors!, marginShare: 0.01 }],
    alpha: { rollback: 0.01, advance: 0.05 },
  };
  expect(comparePlans(before, planFor({ policy }))).toEqual([
    { what: 'guard-changed', guard: 'errors', fields: [{ field: 'marginShare', before: 0.02, after: 0.01 }] },
    { what: 'guard-removed', guard: 'feedback' },
    { what: 'bounds-changed', fields: [{ field: 'alphaRollback', before: 0.001, after: 0.01 }] },
  ]);
});

it('names metrics that came, went and changed, and whether keys are sticky', () => {
  const metric = (name: string, max: number) =>
    ({
      name,
      source: 'prometheus',
      query: 'up',
      range: null,
      min: null,
      max,
      everyMs: 15_000,
      polls: 3,
    }) as const;
  const old = { ...before, metrics: [metric('refunds', 0.02), metric('cpu', 1)] };
  const after = { ...before, metrics: [metric('refunds', 0.05), metric('queue', 9)], isSticky: true };
  expect(comparePlans(old, after)).toEqual([
    { what: 'metric-changed', metric: 'refunds', fields: [{ field: 'max', before: 0.02, after: 0.05 }] },
    { what: 'metric-added', metric: 'queue' },
    { what: 'metric-removed', metric: 'cpu' },
    { what: 'bounds-changed', fields: [{ field: 'sticky', before: false, after: true }] },
  ]);
});

it('finds nothing in fields that only come in another order, as from a server', () => {
  const turned = before.stages.map((stage) => ({
    ...stage,
    gates: stage.gates.map((gate) => Object.fromEntries(Object.entries(gate).reverse()) as typeof gate),
  }));
  expect(turned.some(({ gates }) => gates.some((gate) => Object.keys(gate).length > 1))).toBe(true);
  expect(comparePlans({ ...before, stages: turned }, before)).toEqual([]);
});
