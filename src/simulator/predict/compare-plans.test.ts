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
