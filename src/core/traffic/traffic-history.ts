import type { LatencyQuantiles, TrafficCounts } from '../routing/link.ts';

/**
 * What the gateways answered for one lane, hour by hour, and how far each of them had counted when it was heard last. Counts are
 * cumulative since the boot of a process, so only what they grew by is added: a frame that is lost, late or repeated changes nothing.
 */
export interface TrafficHistory {
  /** Ascending; hours of which nothing is known are missing. */
  readonly hours: readonly RecordedHour[];
  /** Of stable, newest. */
  readonly latency: StableLatency | null;
  /** Up to here the time is in `coveredMs` of some hour. */
  readonly coveredUntilMs: number;
  /** Heard least recently first. */
  readonly boots: readonly CountedBoot[];
  /** A boot was dropped because there were too many, so one that is not here may have been counted before. */
  readonly hasForgotten: boolean;
}

export interface RecordedHour {
  /** Hours since the epoch, UTC. */
  readonly hour: number;
  /** Part of the hour in which a gateway was there to count. */
  readonly coveredMs: number;
  /** Of users, answered by stable or the candidate; copies are none. */
  readonly requests: number;
  /** What became of those that stable answered. */
  readonly stable: CountedOutcomes;
}

export interface CountedOutcomes {
  readonly answered: number;
  readonly failed: number;
  readonly clientErrors: number;
  readonly feedbackBad: number;
}

export interface StableLatency extends LatencyQuantiles {
  readonly release: string;
}

interface CountedBoot {
  readonly boot: string;
  readonly heardAtMs: number;
  /** Moved least recently first. */
  readonly tracks: readonly CountedTrack[];
  /** A track that is not here may have been counted before, or nobody knows when; its first counts are where it is counted from. */
  readonly hasForgotten: boolean;
}

interface CountedTrack extends CountedOutcomes {
  readonly name: string;
}

/** Where a frame comes from. */
export interface FrameOrigin {
  readonly boot: string;
  /** When this process was heard last, about whatever lane; null: it was counting before anybody listened, and nobody knows since when. */
  readonly heardAtMs: number | null;
  readonly atMs: number;
}

export const HOUR_MS = 3_600_000;
/** Two weeks. */
export const HOURS_KEPT = 14 * 24;
/** Gateway processes of an environment (64 at most), and some that ended while nobody listened. */
const BOOTS_KEPT = 80;
const TRACKS_KEPT = 16;
/** Quantiles of fewer answers do not replace those of more. */
const ENOUGH_FOR_QUANTILES = 200;

export const emptyTrafficHistory: TrafficHistory = {
  hours: [],
  latency: null,
  coveredUntilMs: 0,
  boots: [],
  hasForgotten: false,
};

/**
 * Takes in what one frame says about a lane. What came since the process was heard last is spread evenly over that time, so that the
 * hours in which no control plane listened get their part. Counts that no process can have are passed over.
 */
export const foldTraffic = (
  history: TrafficHistory,
  { boot, heardAtMs, atMs }: FrameOrigin,
  counts: readonly TrafficCounts[],
): TrafficHistory => {
  const known = history.boots.find((one) => one.boot === boot);
  const before: CountedBoot = known ?? {
    boot,
    heardAtMs: heardAtMs ?? atMs,
    tracks: [],
    hasForgotten: heardAtMs === null || history.hasForgotten,
  };
  const fromMs = Math.max(heardAtMs ?? before.heardAtMs, atMs - HOURS_KEPT * HOUR_MS);
  let { hours, latency } = history;
  let { tracks } = before;
  for (const one of counts) {
    if (one.track === 'shadow' || !outcomesOf(one).every(isCount)) continue;
    const name = `${one.track} ${one.release} ${one.releaseVersion}`;
    const counted = tracks.find((track) => track.name === name) ?? (before.hasForgotten ? null : nothing);
    if (counted !== null) hours = spread(hours, growth(counted, one), one.track, fromMs, atMs);
    tracks = [
      ...tracks.filter((track) => track.name !== name),
      { name, ...pairwise(counted ?? nothing, one, Math.max) },
    ];
    if (one.track === 'stable' && one.latency.count >= ENOUGH_FOR_QUANTILES)
      latency = { ...one.latency, release: one.release };
  }
  const boots = [
    ...history.boots.filter((one) => one !== known),
    {
      boot,
      heardAtMs: atMs,
      tracks: tracks.slice(-TRACKS_KEPT),
      hasForgotten: before.hasForgotten || tracks.length > TRACKS_KEPT,
    },
  ];
  return cover(
    {
      ...history,
      hours: keptHours(hours, atMs),
      latency,
      boots: boots.slice(-BOOTS_KEPT),
      hasForgotten: history.hasForgotten || boots.length > BOOTS_KEPT,
    },
    before.heardAtMs,
    atMs,
  );
};

/** A process has ended and is not heard again. */
export const forgetBoot = (history: TrafficHistory, boot: string): TrafficHistory =>
  history.boots.some((one) => one.boot === boot)
    ? { ...history, boots: history.boots.filter((one) => one.boot !== boot) }
    : history;

/** The history as of now: a process that is there and says nothing has had no requests since it was heard last. */
export const coveredUntil = (
  history: TrafficHistory,
  isConnected: (boot: string) => boolean,
  nowMs: number,
): TrafficHistory => {
  const heardAtMs = Math.min(
    ...history.boots.flatMap((one) => (isConnected(one.boot) ? [one.heardAtMs] : [])),
  );
  const covered = Number.isFinite(heardAtMs) ? cover(history, heardAtMs, nowMs) : history;
  return { ...covered, hours: keptHours(covered.hours, nowMs) };
};

const nothing: CountedOutcomes = { answered: 0, failed: 0, clientErrors: 0, feedbackBad: 0 };

const outcomesOf = ({ answered, failed, clientErrors, feedbackBad }: CountedOutcomes): number[] => [
  answered,
  failed,
  clientErrors,
  feedbackBad,
];

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

const pairwise = (
  a: CountedOutcomes,
  b: CountedOutcomes,
  of: (a: number, b: number) => number,
): CountedOutcomes => ({
  answered: of(a.answered, b.answered),
  failed: of(a.failed, b.failed),
  clientErrors: of(a.clientErrors, b.clientErrors),
  feedbackBad: of(a.feedbackBad, b.feedbackBad),
});

/** A late frame says less than what is counted already. */
const growth = (counted: CountedOutcomes, now: CountedOutcomes): CountedOutcomes =>
  pairwise(counted, now, (before, after) => Math.max(0, after - before));

const spread = (
  hours: readonly RecordedHour[],
  more: CountedOutcomes,
  track: TrafficCounts['track'],
  fromMs: number,
  toMs: number,
): readonly RecordedHour[] => {
  if (outcomesOf(more).every((value) => value === 0)) return hours;
  const shareUntil = (ms: number): number => (fromMs >= toMs ? 1 : (ms - fromMs) / (toMs - fromMs));
  let counted = nothing;
  let spreadOut = hours;
  for (const { hour, untilMs } of hoursBetween(fromMs, toMs)) {
    // Rounded sums, so that the parts add up to the whole.
    const untilHere = pairwise(more, nothing, (value) => Math.round(value * shareUntil(untilMs)));
    const part = growth(counted, untilHere);
    counted = untilHere;
    spreadOut = amend(spreadOut, hour, (one) => ({
      ...one,
      requests: one.requests + part.answered,
      stable: track === 'stable' ? pairwise(one.stable, part, (a, b) => a + b) : one.stable,
    }));
  }
  return spreadOut;
};

const cover = (history: TrafficHistory, sinceMs: number, untilMs: number): TrafficHistory => {
  const fromMs = Math.max(sinceMs, history.coveredUntilMs, untilMs - HOURS_KEPT * HOUR_MS);
  // A clock that was set back goes on from where it is; the same time then comes twice.
  if (fromMs >= untilMs) return { ...history, coveredUntilMs: Math.min(history.coveredUntilMs, untilMs) };
  let { hours } = history;
  for (const part of hoursBetween(fromMs, untilMs))
    hours = amend(hours, part.hour, (one) => ({
      ...one,
      coveredMs: Math.min(HOUR_MS, one.coveredMs + part.untilMs - part.fromMs),
    }));
  return { ...history, hours, coveredUntilMs: untilMs };
};

interface PartOfHour {
  readonly hour: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The parts of hours that make up a time; the hour of its end where it has no length. */
const hoursBetween = (fromMs: number, toMs: number): readonly PartOfHour[] => {
  if (fromMs >= toMs) return [{ hour: Math.floor(toMs / HOUR_MS), fromMs: toMs, untilMs: toMs }];
  const first = Math.floor(fromMs / HOUR_MS);
  return Array.from({ length: Math.ceil(toMs / HOUR_MS) - first }, (_, index): PartOfHour => {
    const hour = first + index;
    return {
      hour,
      fromMs: Math.max(fromMs, hour * HOUR_MS),
      untilMs: Math.min(toMs, (hour + 1) * HOUR_MS),
    };
  });
};

const amend = (
  hours: readonly RecordedHour[],
  hour: number,
  change: (hour: RecordedHour) => RecordedHour,
): readonly RecordedHour[] => {
  const index = hours.findLastIndex((one) => one.hour <= hour);
  const present = hours[index];
  return present?.hour === hour
    ? hours.with(index, change(present))
    : hours.toSpliced(index + 1, 0, change({ hour, coveredMs: 0, requests: 0, stable: nothing }));
};

/** Also drops what a clock that was wrong for a while has put into the future. */
const keptHours = (hours: readonly RecordedHour[], nowMs: number): readonly RecordedHour[] => {
  const now = Math.floor(nowMs / HOUR_MS);
  return hours.filter(({ hour }) => hour > now - HOURS_KEPT && hour <= now);
};
