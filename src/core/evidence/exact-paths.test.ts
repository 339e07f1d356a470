import { describe, expect, it } from 'vitest';
import type { CohortUpdate, Outcomes, TrackOutcomes } from './cohort-update.ts';
import { type EProcess, logValue } from './e-process.ts';
import type { EvidenceSpec, GuardSpec } from './evidence-spec.ts';
import type { WorseProcess } from './evidence-state.ts';
import { absorb, openEvidence, type RolloutEvidence } from './rollout-evidence.ts';
import { cohort } from './testing/cohort.ts';

// Every possible course of a tiny rollout goes through the real code, weighted by its probability: guesses that follow the outcomes,
// the reserve, the early reading and the keys are all in what is averaged. No sampling.
const spec = (change: Partial<EvidenceSpec> = {}, guard: Partial<GuardSpec> = {}): EvidenceSpec => ({
  guards: [{ name: 'errors', marginShare: 0.1, ...guard }],
  alphaRollback: 0.05,
  alphaAdvance: 0.05,
  ...change,
});

const valueNow = (process: EProcess): number => Math.exp(logValue(process));
const valueOfBoth = ({ final, early }: WorseProcess): number => (valueNow(final) + valueNow(early)) / 2;

interface Averages {
  rollback: number;
  /** What a warning takes. */
  pull: number;
  advance: number;
  probability: number;
}

interface Branch {
  probability: number;
  update: CohortUpdate;
}

/** Averages of both processes over all courses; `branches(depth)` are the possible cohorts at that depth. */
function averagesOf(
  open: EvidenceSpec,
  depth: number,
  branches: (at: number) => readonly Branch[],
  /** What is known when it begins. */
  before?: CohortUpdate,
): Averages {
  const sums: Averages = { rollback: 0, pull: 0, advance: 0, probability: 0 };
  const go = (evidence: RolloutEvidence, at: number, probability: number): void => {
    if (at === depth) {
      const guard = evidence.guards.errors!;
      expect(evidence.open).toHaveLength(0);
      sums.rollback += probability * valueNow(guard.rollback.compare);
      sums.pull += probability * valueOfBoth(guard.rollback.pull);
      sums.advance += probability * valueNow(guard.stages[0]!.advance.compare);
      sums.probability += probability;
      return;
    }
    for (const branch of branches(at)) {
      if (branch.probability === 0) continue;
      const next = structuredClone(evidence);
      absorb(next, branch.update);
      go(next, at + 1, probability * branch.probability);
    }
  };
  const evidence = openEvidence(open);
  if (before !== undefined) absorb(evidence, before);
  go(evidence, 0, 1);
  expect(sums.probability).toBeCloseTo(1, 9);
  return sums;
}

const empty = (): Outcomes => ({ started: 0, bad: 0, good: 0, early: { bad: 0, good: 0 } });
const noneOf = (): TrackOutcomes => ({ stable: empty(), candidate: empty() });
const tracks = ['stable', 'candidate'] as const;

function add(counts: TrackOutcomes, track: 'stable' | 'candidate', isBad: boolean, isBadEarly = isBad): void {
  const own = counts[track];
  own.started += 1;
  own[isBad ? 'bad' : 'good'] += 1;
  own.early![isBadEarly ? 'bad' : 'good'] += 1;
}

/** One request: its track by a coin, bad at once, bad later, or good. */
function request(at: number, w: number, rates: { stable: number; candidate: number }): Branch[] {
  return tracks.flatMap((track) =>
    (['now', 'later', 'never'] as const).map((fails) => {
      const counts = noneOf();
      add(counts, track, fails !== 'never', fails === 'now');
      const chance = fails === 'never' ? 1 - rates[track] : rates[track] / 2;
      return {
        probability: (track === 'candidate' ? w : 1 - w) * chance,
        update: cohort(at, {}, { candidateShare: w, guards: { errors: counts } }),
      };
    }),
  );
}

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
const binomial = (n: number, k: number, p: number): number => choose(n, k) * p ** k * (1 - p) ** (n - k);

/** `n` requests of one cohort; `candidates` fixes how many of them the candidate got. */
function block(at: number, n: number, w: number, rate: number, candidates?: number): Branch[] {
  const branches: Branch[] = [];
  for (let nc = candidates ?? 0; nc <= (candidates ?? n); nc++)
    for (let bc = 0; bc <= nc; bc++)
      for (let bs = 0; bs <= n - nc; bs++)
        branches.push({
          probability:
            (candidates === undefined ? binomial(n, nc, w) : 1) *
            binomial(nc, bc, rate) *
            binomial(n - nc, bs, rate),
          update: cohort(
            at,
            { candidate: [nc, bc, nc - bc], stable: [n - nc, bs, n - nc - bs] },
            { candidateShare: w, ...(candidates !== undefined && { assignment: 'realised' as const }) },
          ),
        });
  return branches;
}

describe('averaged over every course of a rollout', () => {
  it.each([
    [0.05, 0.3],
    [0.5, 0.01],
    [0.9, 0.7],
  ])('a candidate as bad as stable earns exactly what was staked: weight %d, rate %d', (w, rate) => {
    const { rollback, pull } = averagesOf(spec(), 4, (at) =>
      request(at, w, { stable: rate, candidate: rate }),
    );
    expect(rollback).toBeCloseTo(1, 10);
    expect(pull).toBeCloseTo(1, 10);
  });

  it('a better candidate loses it, a worse one multiplies it', () => {
    const of = (candidate: number) =>
      averagesOf(spec(), 4, (at) => request(at, 0.5, { stable: 0.3, candidate }));
    for (const process of ['rollback', 'pull'] as const) {
      expect(of(0.1)[process]).toBeLessThan(0.999);
      expect(of(0.7)[process]).toBeGreaterThan(1.1);
    }
  });

  it('holds while the common rate moves, and over a change of the weight', () => {
    const { rollback } = averagesOf(spec(), 4, (at) => {
      const rate = [0.01, 0.9, 0.2, 0.5][at]!;
      return request(at, at < 2 ? 0.05 : 0.5, { stable: rate, candidate: rate });
    });
    expect(rollback).toBeCloseTo(1, 10);
  });

  it('holds when parts of the reserve are placed between cohorts', () => {
    const { rollback } = averagesOf(spec(), 2, (at) => block(at, at === 0 ? 14 : 2, 0.9, 0.2));
    expect(rollback).toBeCloseTo(1, 9);
  });

  it('a candidate worse by the margin earns at most what was staked on moving on', () => {
    const { advance } = averagesOf(spec(), 4, (at) => request(at, 0.5, { stable: 0.2, candidate: 0.3 }));
    expect(advance).toBeLessThanOrEqual(1 + 1e-10);
    expect(advance).toBeGreaterThan(0.9);
    const equal = averagesOf(spec(), 4, (at) => request(at, 0.5, { stable: 0.2, candidate: 0.2 }));
    expect(equal.advance).toBeGreaterThan(advance);
  });

  it.each([0.01, 0.2, 0.6])('holds for a foreign router, given its counts: rate %d', (rate) => {
    const { rollback } = averagesOf(spec(), 3, (at) => block(at, 5, 0.5, rate, [1, 2, 4][at]!));
    expect(rollback).toBeLessThanOrEqual(1 + 1e-10);
    expect(rollback).toBeGreaterThan(0.5);
  });

  it('holds for means, by levels', () => {
    const mean = spec({}, { kind: 'mean' });
    const shape = { 0: 0.6, 5: 0.3, 16: 0.1 };
    // Bets on a mean begin when enough is known of stable's.
    const levels = Array.from({ length: 17 }, (_, i) => 100 * (shape[i as keyof typeof shape] ?? 0));
    const none = { started: 0, levels: levels.map(() => 0) };
    const known = { errors: { stable: { started: 100, levels }, candidate: none } };
    const before = cohort(0, {}, { candidateShare: 0, means: known });
    const branches = (at: number): Branch[] =>
      tracks.flatMap((track) =>
        Object.entries(shape).map(([level, chance]) => {
          const values = (own: boolean) => ({
            started: own ? 1 : 0,
            levels: Array.from({ length: 17 }, (_, i) => (own && i === Number(level) ? 1 : 0)),
          });
          const means = {
            errors: { stable: values(track === 'stable'), candidate: values(track === 'candidate') },
          };
          return {
            probability: (track === 'candidate' ? 0.2 : 0.8) * chance,
            update: cohort(at + 1, {}, { candidateShare: 0.2, means }),
          };
        }),
      );
    const { rollback, advance } = averagesOf(mean, 4, branches, before);
    expect(rollback).toBeCloseTo(1, 10);
    expect(advance).toBeGreaterThan(1);
  });
});

describe('keys of unequal badness whose share grows from v to w', () => {
  const v = 0.2;
  const w = 0.5;
  const badness = [0.05, 0.4, 0.9];
  const places = [
    { probability: v, track: ['candidate', 'candidate'] },
    { probability: w - v, track: ['stable', 'candidate'] },
    { probability: 1 - w, track: ['stable', 'stable'] },
  ] as const;

  /** Each key asks once under each share; `report` puts the second outcomes of those that stayed into an update. */
  function average(
    report: (
      later: readonly { moved: boolean; track: 'stable' | 'candidate'; isBad: boolean }[],
    ) => CohortUpdate,
  ) {
    let sum = 0;
    let probability = 0;
    const go = (
      key: number,
      chance: number,
      first: TrackOutcomes,
      later: { moved: boolean; track: 'stable' | 'candidate'; isBad: boolean }[],
    ): void => {
      if (key === badness.length) {
        const evidence = openEvidence(spec({ unit: 'key' }));
        absorb(evidence, cohort(0, {}, { candidateShare: v, keys: { errors: first } }));
        absorb(evidence, report(later));
        sum += chance * valueNow(evidence.guards.errors!.rollback.compare);
        probability += chance;
        return;
      }
      const bad = badness[key]!;
      for (const { probability: place, track } of places)
        for (const one of [true, false])
          for (const two of [true, false]) {
            const counts = structuredClone(first);
            add(counts, track[0], one);
            const outcome = { moved: track[0] === 'stable', track: track[1], isBad: two };
            const p = place * (one ? bad : 1 - bad) * (two ? bad : 1 - bad);
            go(key + 1, chance * p, counts, [...later, outcome]);
          }
    };
    go(0, 1, noneOf(), []);
    expect(probability).toBeCloseTo(1, 10);
    return sum;
  }

  it('earn what was staked when those that stayed are tossed again with (w - v) / (1 - v)', () => {
    const value = average((later) => {
      const counts = noneOf();
      for (const { moved, track, isBad } of later) if (moved) add(counts, track, isBad);
      const again = { candidateShare: (w - v) / (1 - v), guards: { errors: counts } };
      return cohort(1, {}, { candidateShare: w, keys: { errors: noneOf() }, keysAgain: [again] });
    });
    expect(value).toBeCloseTo(1, 10);
  });

  it('would earn more, that is, be no evidence, if all were counted anew with w', () => {
    const value = average((later) => {
      const counts = noneOf();
      for (const { track, isBad } of later) add(counts, track, isBad);
      return cohort(1, {}, { candidateShare: w, keys: { errors: counts } });
    });
    expect(value).toBeGreaterThan(1.01);
  });
});
