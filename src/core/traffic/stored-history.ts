import type { RecordedHour, TrafficHistory } from './traffic-history.ts';

/** A history as it is stored: hours as rows of numbers, for there are hundreds and they are written every few seconds. */
interface StoredHistory extends Omit<TrafficHistory, 'hours'> {
  readonly format: 1;
  readonly hours: readonly HourRow[];
}

type HourRow = readonly [
  hour: number,
  coveredMs: number,
  requests: number,
  answered: number,
  failed: number,
  clientErrors: number,
  feedbackBad: number,
];

export const encodeHistory = ({ hours, ...rest }: TrafficHistory): StoredHistory => ({
  format: 1,
  ...rest,
  hours: hours.map(({ hour, coveredMs, requests, stable }) => [
    hour,
    coveredMs,
    requests,
    stable.answered,
    stable.failed,
    stable.clientErrors,
    stable.feedbackBad,
  ]),
});

/** A history read back; null for one from a version that kept something else. */
export const decodeHistory = (value: unknown): TrafficHistory | null => {
  const stored = value as Partial<StoredHistory> | null;
  if (stored?.format !== 1) return null;
  const { format: _, hours, ...rest } = stored as StoredHistory;
  return { ...rest, hours: hours.map(hourOf) };
};

const hourOf = (row: HourRow): RecordedHour => {
  const [hour, coveredMs, requests, answered, failed, clientErrors, feedbackBad] = row;
  return { hour, coveredMs, requests, stable: { answered, failed, clientErrors, feedbackBad } };
};
