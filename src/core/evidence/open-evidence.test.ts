import { describe, expect, it } from 'vitest';
import { openEvidence } from './open-evidence.ts';
import { readGuards } from './read-guards.ts';

const spec = { guards: [{ name: 'errors', marginShare: 0.02 }], alphaRollback: 0.001, alphaAdvance: 0.05 };

describe('a test that could not be one is refused', () => {
  it.each([0, 0.5, 0.7, 1, -0.01, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'alpha %d, of either kind',
    (alpha) => {
      expect(() => openEvidence({ ...spec, alphaRollback: alpha })).toThrow(/alphaRollback is .* 0 and 0.5/);
      expect(() => openEvidence({ ...spec, alphaAdvance: alpha })).toThrow(/alphaAdvance is .* 0 and 0.5/);
    },
  );

  it.each([
    [{ marginShare: 0 }, /marginShare/],
    [{ marginShare: 1 }, /marginShare/],
    [{ marginShare: Number.NaN }, /marginShare/],
    [{ boundShare: 0 }, /boundShare/],
    [{ boundShare: Number.POSITIVE_INFINITY }, /boundShare/],
    [{ warmUpMs: -1 }, /warmUpMs/],
    [{ name: '' }, /name/],
    [{ name: '__proto__' }, /name/],
    [{ kind: 'mean' as const, boundShare: 0.1 }, /boundShare/],
  ])('a guard with %j', (more, message) => {
    const guard = { name: 'errors', marginShare: 0.02, ...more };
    expect(() => openEvidence({ ...spec, guards: [guard] })).toThrow(message);
  });

  it('two guards of one name', () => {
    expect(() => openEvidence({ ...spec, guards: [spec.guards[0]!, spec.guards[0]!] })).toThrow(/twice/);
  });
});

it('takes small and large alphas that are some, and then waits for evidence', () => {
  for (const alpha of [1e-12, 0.499])
    expect(
      readGuards(openEvidence({ ...spec, alphaRollback: alpha, alphaAdvance: alpha }), 0)[0],
    ).toMatchObject({ rollback: { crossed: false }, advance: { passed: false } });
});
