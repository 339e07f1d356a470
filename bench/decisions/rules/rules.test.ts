import { describe, expect, it } from 'vitest';
import type { Decider, Look } from '../../../src/simulator/world/decider.ts';
import type { SimulatedRequest } from '../../../src/simulator/world/traffic-event.ts';
import { argoExample, argoMeasurementSucceeds, argoRollouts } from './argo-rollouts.ts';
import { flagger, flaggerExample } from './flagger.ts';
import { growthbook, growthbookExample } from './growthbook.ts';
import { kayenta, kayentaExample } from './kayenta.ts';

const MINUTE = 60_000;

describe('Argo Rollouts’ failed measurements', () => {
  it('rolls back with the fourth, at minute 25 of the documented example', () => {
    expect(conduct(argoRollouts(argoExample), { candidate: 10 })).toEqual({
      look: 'rollback',
      atMs: 25 * MINUTE,
    });
  });

  it('does not see what is above 95 %', () => {
    expect(conduct(argoRollouts(argoExample), { candidate: 30 })).toEqual({
      look: 'complete',
      atMs: 40 * MINUTE,
    });
  });

  it('takes the absence of traffic for a failure, as NaN >= 0.95 is false', () => {
    expect(argoMeasurementSucceeds(null, 0.95)).toBe(false);
    expect(argoMeasurementSucceeds(0.05, 0.95)).toBe(true);
    expect(conduct(argoRollouts(argoExample), { silent: true }).look).toBe('rollback');
  });
});

describe('Flagger’s failed checks', () => {
  it('rolls back after threshold + 1 intervals', () => {
    expect(conduct(flagger(flaggerExample), { candidate: 10 })).toEqual({
      look: 'rollback',
      atMs: 6 * MINUTE,
    });
  });

  it('promotes after maxWeight / stepWeight intervals', () => {
    expect(conduct(flagger(flaggerExample), {})).toEqual({ look: 'complete', atMs: 5 * MINUTE });
  });

  it('rolls back for slow answers and for silence', () => {
    expect(conduct(flagger(flaggerExample), { latencyMs: 700 }).look).toBe('rollback');
    expect(conduct(flagger(flaggerExample), { silent: true }).look).toBe('rollback');
  });
});

describe('Kayenta’s canary', () => {
  it('fails at the first judgement when errors are many', () => {
    expect(conduct(kayenta(kayentaExample), { candidate: 5, stable: 50 })).toEqual({
      look: 'rollback',
      atMs: 60 * MINUTE,
    });
  });

  it('passes after three hours when both are alike', () => {
    expect(conduct(kayenta(kayentaExample), { candidate: 50, stable: 50 })).toEqual({
      look: 'complete',
      atMs: 180 * MINUTE,
    });
  });

  it('fails without any data', () => {
    expect(conduct(kayenta(kayentaExample), { silent: true }).look).toBe('rollback');
  });
});

describe('GrowthBook’s safe rollout', () => {
  const rollout = () => growthbook(growthbookExample, 'request');

  it('rolls back within minutes when errors are many', () => {
    const { look, atMs } = conduct(rollout(), { candidate: 5, stable: 100 });
    expect(look).toBe('rollback');
    expect(atMs).toBeLessThan(15 * MINUTE);
  });

  it('ships what looks alike when the time is over, and what nobody used', () => {
    expect(conduct(rollout(), { candidate: 50, stable: 50 })).toEqual({
      look: 'complete',
      atMs: 60 * MINUTE,
    });
    expect(conduct(rollout(), { silent: true }).look).toBe('complete');
  });

  it('says nothing while stable has not failed once, for then its variance is unknown', () => {
    expect(conduct(rollout(), { candidate: 5 }).look).toBe('complete');
  });
});

interface Traffic {
  /** Every so many-th request of the track fails. Absent: none. */
  readonly candidate?: number;
  readonly stable?: number;
  readonly latencyMs?: number;
  readonly silent?: boolean;
}

/** Ten requests a second, dealt out evenly, looked at every second until the rule has had enough. */
function conduct(
  decider: Decider,
  { candidate, stable, latencyMs = 50, silent = false }: Traffic,
): { look: Look; atMs: number } {
  const served = { candidate: 0, stable: 0 };
  let owed = 0;
  for (let number = 0; ; number += 1) {
    const startedAtMs = number * 100;
    if (!silent) {
      owed += decider.share();
      const track = owed >= 1 ? 'candidate' : 'stable';
      if (track === 'candidate') owed -= 1;
      served[track] += 1;
      const every = track === 'candidate' ? candidate : stable;
      const isFailed = every !== undefined && served[track] % every === 0;
      const request: SimulatedRequest = {
        number,
        startedAtMs,
        track,
        candidateShare: decider.share(),
        key: null,
        replica: 0,
        copyOf: null,
        isMirrored: false,
        latencyMs,
        isFailed,
        isClientError: false,
        isSlow: false,
        differs: false,
      };
      decider.observe({ kind: 'ended', atMs: startedAtMs, request });
    }
    if ((number + 1) % 10 !== 0) continue;
    const look = decider.look(startedAtMs + 100);
    if (look === 'rollback' || look === 'complete') return { look, atMs: startedAtMs + 100 };
    if (number > 1_000_000) throw new Error('It never ended.');
  }
}
