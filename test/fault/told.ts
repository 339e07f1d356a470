import { expect } from 'vitest';
import type { StoredEvent } from '../../src/ports/ledger.ts';
import type { World } from './world.ts';

/** What was recorded of a rollout, in order and in short: `gate.decided 1 passed`. */
export const toldOf = (events: readonly StoredEvent[], rollout: string): string[] =>
  events
    .filter(({ data, type }) => {
      const about = data as { rollout?: string; order?: { rollout: string } };
      return type !== 'workload.observed' && (about.order?.rollout ?? about.rollout) === rollout;
    })
    .map(({ type, data }) => {
      const { stage, outcome } = data as { stage?: number; outcome?: string };
      return [type, stage, outcome].filter((part) => part !== undefined).join(' ');
    });

/**
 * No table ever showed a candidate to anybody before the record that let it, none after the record that ended it, and
 * generations only grow.
 */
export const expectExposureFollowsLedger = (
  world: World,
  events: readonly StoredEvent[],
  environment: string,
  where: string,
): void => {
  let newest = -1;
  for (const table of world.gateways.pushed.filter((one) => one.environment === environment)) {
    const { seq } = table.generation;
    expect(seq, where).toBeGreaterThanOrEqual(newest);
    newest = seq;
    const candidate = table.services.spam?.candidate;
    if (candidate == null) continue;
    const own = events.filter((event) => {
      const about = event.data as { rollout?: string };
      return event.seq <= seq && about.rollout === candidate.rollout;
    });
    const entered = own.findLast(({ type }) => type === 'stage.entered')?.data as
      | { stage: number }
      | undefined;
    expect(entered?.stage, `${where}: exposure without a record`).toBe(candidate.stage);
    expect(
      own.some(({ type }) => type === 'rollout.ended'),
      `${where}: exposed after its end`,
    ).toBe(false);
  }
};
