import { type CohortUpdate, MEAN_STEPS, type TrackOutcomes } from './cohort-update.ts';

/** Far above any real count, and low enough that sums of many stay exact. */
const COUNT_AT_MOST = 1e12;

/** Throws a RangeError for an update with impossible numbers. */
export function requirePossible(update: CohortUpdate): void {
  const { candidateShare, stage, index } = update;
  requirePart('candidateShare', candidateShare);
  requireCount('stage', stage);
  requireCount('index', index);
  for (const [guard, tracks] of Object.entries(update.guards)) requireOutcomes(guard, tracks);
  for (const [guard, tracks] of Object.entries(update.keys ?? {})) requireOutcomes(`keys.${guard}`, tracks);
  for (const group of update.keysAgain ?? []) {
    requirePart('keysAgain.candidateShare', group.candidateShare);
    for (const [guard, tracks] of Object.entries(group.guards)) requireOutcomes(`keysAgain.${guard}`, tracks);
  }
  if (update.meansShare !== undefined) requirePart('meansShare', update.meansShare);
  for (const [guard, means] of Object.entries(update.means ?? {})) {
    for (const track of ['stable', 'candidate'] as const)
      requireMean(`means.${guard}.${track}`, means[track]);
  }
  for (const [guard, pairs] of Object.entries(update.pairs ?? {})) {
    for (const [name, count] of Object.entries(pairs)) requireCount(`pairs.${guard}.${name}`, count);
    const { started, both, stableOnly, candidateOnly, neither } = pairs;
    if (started !== undefined)
      requireStarted(`pairs.${guard}`, started, both + stableOnly + candidateOnly + neither);
  }
  if (update.comparisons) {
    const { started, agree, disagree } = update.comparisons;
    requireCount('comparisons.started', started);
    requireCount('comparisons.agree', agree);
    requireCount('comparisons.disagree', disagree);
    requireStarted('comparisons', started, agree + disagree);
  }
}

function requireOutcomes(guard: string, tracks: TrackOutcomes): void {
  for (const track of ['stable', 'candidate'] as const) {
    const { started, bad, good } = tracks[track];
    requireCount(`${guard}.${track}.started`, started);
    requireCount(`${guard}.${track}.bad`, bad);
    requireCount(`${guard}.${track}.good`, good);
    requireStarted(`${guard}.${track}`, started, bad + good);
    const { early } = tracks[track];
    if (early === undefined) continue;
    requireCount(`${guard}.${track}.early.bad`, early.bad);
    requireCount(`${guard}.${track}.early.good`, early.good);
    requireStarted(`${guard}.${track}.early`, started, early.bad + early.good);
  }
}

function requireMean(what: string, { started, levels }: { started: number; levels: number[] }): void {
  requireCount(`${what}.started`, started);
  if (!Array.isArray(levels) || levels.length !== MEAN_STEPS + 1) {
    throw new RangeError(`${what}.levels must have ${MEAN_STEPS + 1} counts`);
  }
  let ended = 0;
  for (const count of levels) {
    requireCount(`${what}.levels`, count);
    ended += count;
  }
  requireStarted(what, started, ended);
}

function requirePart(what: string, share: number): void {
  if (!Number.isFinite(share) || share < 0 || share > 1) {
    throw new RangeError(`${what} is ${share}, but must lie between 0 and 1`);
  }
}

function requireStarted(what: string, started: number, ended: number): void {
  if (ended > started)
    throw new RangeError(`${what} has ${ended} outcomes, but only ${started} were started`);
}

function requireCount(what: string, count: number | undefined): void {
  if (count === undefined || !Number.isSafeInteger(count) || count < 0 || count > COUNT_AT_MOST) {
    throw new RangeError(`${what} is ${count}, but must be a whole number from 0 to ${COUNT_AT_MOST}`);
  }
}
