import { describe, expect, it } from 'vitest';
import type { Digest } from '../digest.ts';
import { canonicalText } from '../ledger/canonical.ts';
import { absorb } from './absorb.ts';
import { type CohortUpdate, MEAN_STEPS, type Outcomes } from './cohort-update.ts';
import { firstEvidenceDigest, markDigest, nextEvidenceDigest } from './evidence-digest.ts';
import type { EvidenceSpec } from './evidence-spec.ts';
import { decodeStep, type EvidenceStep, encodeStep } from './evidence-step.ts';
import { forsake } from './forsake.ts';
import { openEvidence } from './open-evidence.ts';
import { beginPull, endPull } from './pull.ts';
import { readGuards } from './read-guards.ts';
import { replayEvidence, replayStep, withOpen } from './replay.ts';
import { decodeCohort, encodeCohort } from './stored-cohort.ts';
import { cohort } from './testing/cohort.ts';
import { drawBinomial, seededRandom } from './testing/seeded-random.ts';

const spec: EvidenceSpec = {
  guards: [
    { name: 'errors', marginShare: 0.02 },
    { name: 'slow', marginShare: 0.05, boundShare: 0.1 },
    { name: 'feedback', marginShare: 0.02 },
    { name: 'disagree', marginShare: 0.02, boundShare: 0.1 },
  ],
  alphaRollback: 0.001,
  alphaAdvance: 0.05,
};

/** With everything that a plan can ask for at once. */
const keyedSpec: EvidenceSpec = {
  guards: [
    { name: 'errors', marginShare: 0.02 },
    { name: 'slow', marginShare: 0.05, boundShare: 0.1, warmUpMs: 2_000 },
    { name: 'feedback', marginShare: 0.02 },
    { name: 'cost', marginShare: 0.05, kind: 'mean' },
    { name: 'disagree', marginShare: 0.02, boundShare: 0.1 },
  ],
  alphaRollback: 0.001,
  alphaAdvance: 0.05,
  unit: 'key',
};

interface Look {
  readonly stage: number;
  readonly settled: number;
  readonly open: readonly string[];
  readonly readings: string;
}

/**
 * A rollout over four stages seen by two gateways, one of which dies: outcomes come up to `delay` slices late and out of order,
 * some requests are mirrored, and what is stored is what a control plane would store.
 */
function live(spec: EvidenceSpec, seed: number, delay: number) {
  const random = seededRandom(seed);
  const evidence = openEvidence(spec);
  const lines: string[] = [];
  const looks: Look[] = [];
  const take = (step: EvidenceStep) => void lines.push(encodeStep(spec, step));
  const keep = (folded: Parameters<typeof encodeCohort>[1]) => take({ type: 'folded', cohort: folded });
  const waiting: { due: number; update: CohortUpdate }[] = [];
  const shares = [0, 0.1, 0.5, 0.99];
  for (let slice = 0; slice < 60; slice++) {
    const stage = Math.floor(slice / 15);
    for (const source of slice < 40 ? ['boot-a', 'boot-b'] : ['boot-a']) {
      const early = draw(random, source, slice, stage, shares[stage]!);
      waiting.push({ due: slice, update: withoutOutcomes(early) });
      waiting.push({ due: slice + Math.floor(random() * delay), update: early });
    }
    for (const { due, update } of waiting) if (due === slice) absorb(evidence, update, keep);
    if (slice === 40) forsake(evidence, 'boot-b', keep);
    if (slice === 25) {
      beginPull(evidence, 1);
      take({ type: 'pull-began', episode: 1 });
    }
    if (slice === 35) {
      endPull(evidence, 1);
      take({ type: 'pull-ended', episode: 1 });
    }
    looks.push({
      stage,
      settled: lines.length,
      open: evidence.open.map((one) => encodeCohort(spec, one)),
      readings: canonicalText(readGuards(evidence, stage, { differences: stage > 2 })),
    });
  }
  return { lines, looks };
}

function draw(random: () => number, source: string, index: number, stage: number, share: number) {
  const candidates = drawBinomial(random, 60, share);
  const track = (started: number, badShare: number): Outcomes => {
    const bad = drawBinomial(random, started, badShare);
    return { started, bad, good: started - bad };
  };
  const tracks = (badShare: number) => ({
    stable: early(track(60 - candidates, 0.02)),
    candidate: early(track(candidates, badShare)),
  });
  const levels = (started: number) => {
    const low = drawBinomial(random, started, 0.7);
    return {
      started,
      levels: Array.from({ length: MEAN_STEPS + 1 }, (_, k) => (k === 4 ? low : k === 9 ? started - low : 0)),
    };
  };
  return cohort(
    index,
    {},
    {
      source,
      stage,
      candidateShare: share,
      guards: { errors: tracks(0.02), slow: tracks(0.05), feedback: tracks(0.1) },
      keys: { errors: tracks(0.02), slow: tracks(0.05), feedback: tracks(0.1) },
      means: { cost: { stable: levels(60 - candidates), candidate: levels(candidates) } },
      ...(index % 10 === 9 && { assignment: 'realised' as const }),
      ...(stage < 2 && {
        pairs: { errors: { started: 20, both: 1, stableOnly: 1, candidateOnly: 2, neither: 16 } },
        comparisons: { started: 20, agree: 18, disagree: 2 },
      }),
    },
  );
}

function early(outcomes: Outcomes): Outcomes {
  const bad = Math.floor(outcomes.bad / 2);
  return { ...outcomes, early: { bad, good: outcomes.started - bad } };
}

function withoutOutcomes(update: CohortUpdate): CohortUpdate {
  const bare = structuredClone(update);
  for (const tracks of [...Object.values(bare.guards), ...Object.values(bare.keys ?? {})])
    for (const track of [tracks.stable, tracks.candidate]) {
      Object.assign(track, { bad: 0, good: 0 });
      delete track.early;
    }
  delete bare.means;
  delete bare.pairs;
  delete bare.comparisons;
  return { ...bare, settled: false };
}

const decode = (line: string) => decodeCohort(spec, line);
const stepsOf = (lines: readonly string[], of = spec) => lines.map((line) => decodeStep(of, line));

describe('the evidence of a rollout, replayed from its stored cohorts', () => {
  it.each([
    ['requests', spec, 1, 1],
    ['requests', spec, 2, 6],
    ['requests', spec, 3, 40],
    ['keys and means', keyedSpec, 4, 6],
    ['keys and means', keyedSpec, 5, 40],
  ])('gives every reading of %s that was given then, to the last digit', (_, of, seed, delay) => {
    const { lines, looks } = live(of, seed, delay);
    expect(lines.length).toBeGreaterThan(50);
    if (delay > 10) expect(looks.some(({ open }) => open.length > 10)).toBe(true);
    const cohorts = (open: readonly string[]) => open.map((line) => decodeCohort(of, line));
    const running = openEvidence(of);
    let folded = 0;
    for (const look of looks) {
      for (; folded < look.settled; folded++) replayStep(running, decodeStep(of, lines[folded]!));
      const then = withOpen(running, cohorts(look.open));
      expect(canonicalText(readGuards(then, look.stage, { differences: look.stage > 2 }))).toBe(
        look.readings,
      );
    }
    const last = looks.at(-1)!;
    const whole = replayEvidence(of, stepsOf(lines.slice(0, last.settled), of), cohorts(last.open));
    expect(canonicalText(readGuards(whole, last.stage, { differences: true }))).toBe(last.readings);
  });

  it('differs as soon as one outcome of one stored cohort is another', () => {
    const { lines, looks } = live(spec, 2, 6);
    const last = looks.at(-1)!;
    const changed = stepsOf(lines.slice(0, last.settled));
    const step = changed[40]!;
    if (step.type !== 'folded') throw new Error('a pull stands where a cohort was expected');
    const { candidate } = step.cohort.guards.errors!.outcomes;
    candidate.bad += 1;
    candidate.started += 1;
    const whole = replayEvidence(spec, changed, last.open.map(decode));
    expect(canonicalText(readGuards(whole, last.stage, { differences: true }))).not.toBe(last.readings);
  });

  it('refuses a cohort that had not settled, and a line of another rollout', () => {
    const { looks } = live(spec, 3, 40);
    const open = looks.flatMap((look) => look.open).map(decode);
    const unsettled = open.find(({ settled }) => !settled)!;
    expect(() => replayStep(openEvidence(spec), { type: 'folded', cohort: unsettled })).toThrow(
      /not settled/,
    );
    expect(() => decodeStep(spec, '{"type":"other","episode":1}')).toThrow(TypeError);
    expect(() => decodeCohort({ ...spec, guards: spec.guards.slice(1) }, looks[0]!.open[0] ?? '{}')).toThrow(
      TypeError,
    );
  });
});

describe('a stored cohort', () => {
  it('is short and comes back as it was', () => {
    const { lines } = live(spec, 1, 1);
    for (const [i, step] of stepsOf(lines).entries()) expect(encodeStep(spec, step)).toBe(lines[i]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(1_200);
  });
});

describe('the digest of a mark', () => {
  it('changes with the spec, with any settled line, their order, and any open one', () => {
    const fold = (lines: readonly string[], from = spec) =>
      lines.reduce<Digest>((digest, line) => nextEvidenceDigest(digest, line), firstEvidenceDigest(from));
    const digests = [
      markDigest(fold(['a', 'b']), ['c']),
      markDigest(fold(['b', 'a']), ['c']),
      markDigest(fold(['a']), ['b', 'c']),
      markDigest(fold(['a', 'b', 'c']), []),
      markDigest(fold(['a', 'b']), ['d']),
      markDigest(fold(['a', 'b'], { ...spec, alphaAdvance: 0.1 }), ['c']),
    ];
    expect(new Set(digests).size).toBe(digests.length);
    expect(markDigest(fold(['a', 'b']), ['c'])).toBe(digests[0]);
  });
});
