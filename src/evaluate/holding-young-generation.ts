import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** The young generation is two halves of this size at most. */
const HALF_MIB = 16;
const LOOK_EVERY_MS = 200;
/** What V8 has when nobody says otherwise. */
const USUAL_GROWTH = 2;

let holders = 0;

/**
 * Runs `work` with a young generation that stops growing at 32 MiB. V8 doubles it whenever as much as it is large has survived since it grew last, however
 * long that took, so it would grow up to 128 MiB with the length of the work and not with what the work needs. There is no setting for that in a
 * process that has started but the factor by which it grows; what has grown stays. Scores, records and reports leave garbage that is dead at once, which a
 * small young generation collects as cheaply.
 */
export const holdingYoungGeneration = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  holders += 1;
  const looking = setInterval(() => {
    if (youngMiB() <= HALF_MIB) return;
    setGrowth(1);
    clearInterval(looking);
  }, LOOK_EVERY_MS).unref();
  try {
    return await work();
  } finally {
    clearInterval(looking);
    holders -= 1;
    if (holders === 0) setGrowth(USUAL_GROWTH);
  }
};

const setGrowth = (factor: number): void => setFlagsFromString(`--semi-space-growth-factor=${factor}`);

/** More than one half of it means that it has grown to that half at least. */
const youngMiB = (): number =>
  (getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.physical_space_size ?? 0) /
  2 ** 20;
