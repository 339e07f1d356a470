import { HOUR_MS, type RecordedHour } from './traffic-history.ts';

/** Less time says little about how many requests come. */
const ENOUGH_MS = 10 * 60_000;
const HOURS_OF_DAY = 24;

/** Time that was recorded, in ms. */
export const recordedMs = (hours: readonly RecordedHour[]): number =>
  hours.reduce((sum, { coveredMs }) => sum + coveredMs, 0);

/** Requests a second over all that was recorded; null below ten minutes. */
export const meanRate = (hours: readonly RecordedHour[]): number | null => {
  const coveredMs = recordedMs(hours);
  return coveredMs < ENOUGH_MS ? null : (requestsIn(hours) * 1_000) / coveredMs;
};

/**
 * Requests a second in each of the 24 hours of the day (UTC), the mean over all recorded days. Null before a whole day is recorded, and
 * while some hour of the day has less than half of it.
 */
export const ratesByHourOfDay = (hours: readonly RecordedHour[]): readonly number[] | null => {
  const byHour = Array.from({ length: HOURS_OF_DAY }, (_, hourOfDay) =>
    hours.filter(({ hour }) => hour % HOURS_OF_DAY === hourOfDay),
  );
  const isWhole = recordedMs(hours) >= HOURS_OF_DAY * HOUR_MS;
  return isWhole && byHour.every((same) => recordedMs(same) >= HOUR_MS / 2)
    ? byHour.map((same) => (requestsIn(same) * 1_000) / recordedMs(same))
    : null;
};

const requestsIn = (hours: readonly RecordedHour[]): number =>
  hours.reduce((sum, { requests }) => sum + requests, 0);
