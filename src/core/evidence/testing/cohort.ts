import type { CohortUpdate, Outcomes } from '../cohort-update.ts';

/** An update of the one guard `errors`; every track's outcomes as [started, bad, good]. */
export function cohort(
  index: number,
  tracks: { stable?: readonly number[]; candidate?: readonly number[] },
  rest: Partial<CohortUpdate> = {},
): CohortUpdate {
  const settled = rest.settled ?? true;
  return {
    source: 'gateway',
    index,
    stage: 0,
    candidateShare: 0.5,
    startedAtMs: index * 250,
    closed: settled,
    settled,
    guards: { errors: { stable: outcomes(tracks.stable), candidate: outcomes(tracks.candidate) } },
    ...rest,
  };
}

function outcomes([started = 0, bad = 0, good = 0]: readonly number[] = []): Outcomes {
  return { started, bad, good };
}
