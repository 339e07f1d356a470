import { describe, expect, it } from 'vitest';
import type { LoadAtGates } from './plan.ts';
import { expandPlan } from './strategy.ts';
import { canary, plainPolicy, planFor } from './testing/lane.ts';

const preset = { minimumMs: null, timeoutMs: null, holdMs: null, holdbackShare: null } as const;
const shares = (plan = planFor()): number[][] =>
  plan.stages.map(({ exposure }) => [exposure.share, exposure.mirrorShare]);

describe('a strategy becomes stages', () => {
  it('canary', () => {
    expect(shares(planFor({ strategy: canary([0.05, 1], 1) }))).toEqual([
      [0, 0],
      [0, 1],
      [0.05, 0],
      [0.99, 0],
    ]);
  });

  it('shadow goes from copies to everything', () => {
    const plan = planFor({ strategy: { type: 'shadow', mirrorShare: 0.5, ...preset, holdMs: 0 } });
    expect(shares(plan)).toEqual([
      [0, 0],
      [0, 0.5],
      [1, 0],
    ]);
    expect(plan.stages[1]?.gates).toEqual([{ type: 'evidence' }]);
  });

  it('an audience holds in all stages with traffic but the last', () => {
    const audience = { type: 'keys', ids: ['a'] } as const;
    const plan = planFor({ strategy: { ...canary([0.05, 0.5, 1], 1), audience } });
    expect(plan.stages.map(({ exposure }) => exposure.audience)).toEqual([
      undefined,
      audience,
      audience,
      audience,
      undefined,
    ]);
    const first = planFor({ firstRelease: true, strategy: { ...canary([0.05, 1], 1), audience } });
    expect(first.stages.every(({ exposure }) => exposure.audience === undefined)).toBe(true);
  });

  describe('with an audience', () => {
    const stage = (share: number, ids?: readonly string[]) => ({
      name: null,
      share,
      mirrorShare: 0,
      gates: [],
      minimumMs: null,
      timeoutMs: null,
      ...(ids && { audience: { type: 'keys' as const, ids } }),
    });
    const expand = (unit: 'key' | 'request', ...stages: ReturnType<typeof stage>[]) =>
      expandPlan({
        strategy: { type: 'stages', stages: [...stages, stage(1)], holdMs: 0, holdbackShare: null },
        policy: plainPolicy,
        policyDigest: 'sha256:0',
        firstRelease: false,
        hasGoldenSet: true,
        replicas: 1,
        traffic: { sticky: { ...(unit === 'request' && { unit }) } },
      }).ok;

    it('that leaves somebody out again is refused', () => {
      expect(expand('request', stage(0.1, ['a']), stage(0.1, ['a', 'b']), stage(0.2))).toBe(true);
      expect(expand('request', stage(0.1, ['a', 'b']), stage(0.1, ['a']))).toBe(false);
      expect(expand('request', stage(0.1), stage(0.2, ['a']))).toBe(false);
    });

    it('that grows under the same share is refused where each user counts once, for no coin is tossed for the new ones', () => {
      expect(expand('key', stage(0.5, ['a']), stage(0.5), stage(0.6))).toBe(false);
      expect(expand('key', stage(0.5, ['a']), stage(0.6), stage(0.6))).toBe(true);
      expect(expand('request', stage(0.5, ['a']), stage(0.5))).toBe(true);
    });
  });

  it('blue-green runs its smoke test on the preview, then switches at once', () => {
    const plan = planFor({
      strategy: { type: 'blue-green', smoke: { command: './smoke', timeoutMs: 1 }, ...preset },
    });
    expect(plan.stages.map(({ name }) => name)).toEqual(['evaluate', 'preview', 'hold']);
    expect(plan.stages[1]?.gates).toEqual([{ type: 'command', command: './smoke', timeoutMs: 1 }]);
  });

  it('rolling moves traffic with the replicas', () => {
    const plan = planFor({ strategy: { type: 'rolling', batch: 2, ...preset, holdMs: 0 }, replicas: 5 });
    expect(plan.stages.map(({ exposure }) => [exposure.share, exposure.replicas])).toEqual([
      [0, { candidate: 2, stable: 5 }],
      [0.4, { candidate: 2, stable: 3 }],
      [0.8, { candidate: 4, stable: 1 }],
      [1, { candidate: 5, stable: 0 }],
    ]);
  });

  it('the first release has nobody to compare with, but is evaluated all the same', () => {
    const plan = planFor({ firstRelease: true });
    expect(plan.strategy).toBe('first-release');
    expect(plan.stages.map(({ name }) => name)).toEqual(['evaluate', '100 %']);
    expect(plan.stages[0]?.gates).toEqual([{ type: 'evaluation' }]);
  });

  it('a spelled-out stage that mixes both releases needs evidence, whatever its author asked for', () => {
    const plan = planFor({
      strategy: {
        type: 'stages',
        holdMs: 0,
        holdbackShare: null,
        stages: [
          {
            name: null,
            share: 0.2,
            mirrorShare: 0,
            gates: [{ type: 'soak', durationMs: 5 }],
            minimumMs: 0,
            timeoutMs: null,
          },
          { name: null, share: 1, mirrorShare: 0, gates: [], minimumMs: null, timeoutMs: null },
        ],
      },
    });
    expect(plan.stages[1]?.gates).toEqual([{ type: 'soak', durationMs: 5 }, { type: 'evidence' }]);
  });
});

describe('the policy of the environment wins', () => {
  it('over the choice of strategy', () => {
    const policy = { ...plainPolicy, strategies: ['canary'] as const };
    const request = { strategy: { type: 'all-at-once', ...preset }, policy, policyDigest: '' } as const;
    expect(expandPlan({ ...request, firstRelease: false, hasGoldenSet: true, replicas: 1 })).toMatchObject({
      ok: false,
    });
  });

  it('over a release without a golden set', () => {
    const request = {
      strategy: canary(),
      policy: plainPolicy,
      policyDigest: '',
      firstRelease: false,
      replicas: 1,
    };
    expect(expandPlan({ ...request, hasGoldenSet: false })).toMatchObject({ ok: false });
  });

  it('over a release that puts itself under load, unless it says otherwise', () => {
    const request = { putsUnderLoad: true, requiresItself: true };
    const policyWith = (load?: LoadAtGates, require = plainPolicy.evaluation.require) => ({
      ...plainPolicy,
      evaluation: { ...plainPolicy.evaluation, require, ...(load && { load }) },
    });
    for (const load of [undefined, 'refuse'] as const)
      expect(() => planFor({ ...request, policy: policyWith(load) })).toThrow('has a load stage');
    for (const load of ['skip', 'allow'] as const)
      expect(planFor({ ...request, policy: policyWith(load) }).evaluation).toMatchObject({ load });
    // What is not evaluated puts nothing under load.
    expect(planFor({ putsUnderLoad: true, policy: policyWith('refuse', []) }).evaluation).toBeNull();
    // Nobody else's plan is another for it.
    expect(planFor({ policy: policyWith('allow') }).evaluation).toEqual(plainPolicy.evaluation);
  });

  it('and asks for approvals in the last stage in which no user gets the candidate', () => {
    const policy = { ...plainPolicy, approvals: 1 };
    const plan = planFor({ strategy: canary([0.1, 1], 1), policy });
    expect(plan.stages[1]).toMatchObject({ name: 'shadow' });
    expect(plan.stages[1]?.gates.at(-1)).toEqual({ type: 'approval', approvals: 1 });
  });
});
