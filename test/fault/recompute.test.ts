import { expect, it } from 'vitest';
import type { Digest } from '../../src/core/digest.ts';
import { decodeStep } from '../../src/core/evidence/evidence-step.ts';
import { replayEvidence } from '../../src/core/evidence/replay.ts';
import { type GuardReading, readGuards } from '../../src/core/evidence/rollout-evidence.ts';
import { decodeCohort } from '../../src/core/evidence/stored-cohort.ts';
import { canonicalText } from '../../src/core/ledger/canonical.ts';
import type { StoredEvent } from '../../src/ports/ledger.ts';
import { type Story, tellStory } from './tell-story.ts';
import { manifestOf, type World } from './world.ts';

const production = { service: 'spam', environment: 'production' };

interface Verdict {
  readonly rollout: string;
  readonly stage: number;
  readonly readings: readonly GuardReading[];
  readonly evidenceDigest: Digest;
}

type Basis = Pick<Verdict, 'readings' | 'evidenceDigest'>;

/** Everything in the ledger that names the evidence it was decided on. */
const verdictsIn = (events: readonly StoredEvent[]): Verdict[] => {
  const stages = new Map<string, number>();
  return events.flatMap(({ data }): Verdict[] => {
    const { rollout, stage, evidence, cause } = data as {
      rollout: string;
      stage?: number;
      evidence?: Partial<Basis>;
      cause?: Partial<Basis>;
    };
    if (stage !== undefined) stages.set(rollout, stage);
    const basis = evidence ?? cause;
    return basis?.evidenceDigest === undefined
      ? []
      : [{ rollout, stage: stages.get(rollout)!, ...(basis as Basis) }];
  });
};

const recompute = async (world: World, { rollout, stage, readings, evidenceDigest }: Verdict) => {
  const { explaining } = world.engine();
  const mark = await explaining.mark(production, rollout, evidenceDigest);
  const { spec, lines } = await explaining.lines(production, rollout, 0, mark.settled);
  const steps = lines.map((line) => decodeStep(spec, line));
  const open = mark.open.map((line) => decodeCohort(spec, line));
  const differences = readings.some(({ difference }) => difference !== undefined);
  return canonicalText(readGuards(replayEvidence(spec, steps, open), stage, { differences }));
};

it.each([
  ['good', 0],
  ['bad', 0.5],
])(
  'whenever the control plane dies, every verdict on a %s release can be computed anew',
  async (_, badShare) => {
    const story: Story = {
      options: { policy: { hold: { durationMs: 2_000, holdbackShare: 0.01 }, minimumMs: 1_000 } },
      environments: ['production'],
      async step(world, person) {
        const ships = (version: string, rollout: string) => async () => {
          await world.engine().register(manifestOf(version), null, 'ann');
          await world.engine().ship({ ...production, release: version, rollout, actor: 'ann' });
        };
        if (!(await person.asks('first', ships('1.0.0', 'ro_1')))) return false;
        if (world.life().isDead() || world.lane(production).stable === null) return false;
        if (!(await person.asks('second', ships('1.1.0', 'ro_2')))) return false;
        world.serve('production', 'spam', badShare > 0 ? 400 : 4_000, badShare);
        if (world.life().isDead()) return false;
        return world.lane(production).ended.some(({ order }) => order.rollout === 'ro_2');
      },
    };
    const points = (await tellStory(story, null)).life().points.length;
    for (let point = -1; point < points; point += 1) {
      const world = await tellStory(story, point < 0 ? null : point);
      const verdicts = verdictsIn(await world.ledger.readAll(0, 10_000));
      expect(verdicts.length, `dying at point ${point}`).toBeGreaterThanOrEqual(1);
      for (const verdict of verdicts)
        expect(await recompute(world, verdict), `dying at point ${point}`).toBe(
          canonicalText(verdict.readings),
        );
    }
  },
  120_000,
);
