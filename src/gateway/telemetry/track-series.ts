import { shortDigest } from '../../core/digest.ts';
import type { Series, SeriesFamily } from '../../core/telemetry/series-family.ts';
import type { TrackCounts } from '../traffic.ts';
import { histogramSeries } from './histogram.ts';
import { ENDINGS, STATUS_CLASSES } from './track-meter.ts';

/** What was counted of each release on each track. What never happened has no series of its own where there are many kinds. */
export function trackSeries(tracks: readonly TrackCounts[]): SeriesFamily[] {
  const labelled = tracks.map((counts) => ({ counts, labels: trackLabels(counts) }));
  const counter = (
    name: string,
    help: string,
    value: (counts: TrackCounts) => number,
    isAbout: (counts: TrackCounts) => boolean = isForUsers,
  ): SeriesFamily => ({
    name,
    kind: 'counter',
    help,
    series: labelled
      .filter(({ counts }) => isAbout(counts))
      .map(({ counts, labels }) => ({ labels, value: value(counts) })),
  });
  return [
    {
      name: 'tidegate_requests',
      kind: 'counter',
      help: 'Invocations by the release that answered, how they ended, and the class of their status.',
      series: labelled.flatMap(({ counts, labels }) => requestSeries(counts, labels)),
    },
    {
      name: 'tidegate_request_duration_seconds',
      kind: 'histogram',
      help: 'From the assignment of a request to the end of its answer, rescues and fallbacks included.',
      bounds: tracks[0]?.meter.duration.bounds ?? [],
      series: labelled
        .filter(({ counts }) => isForUsers(counts))
        .map(({ counts, labels }) => histogramSeries(counts.meter.duration, labels)),
    },
    counter(
      'tidegate_release_failures',
      'Answers that a release owed and did not give, seen by users or not.',
      ({ failed }) => failed,
      () => true,
    ),
    counter(
      'tidegate_rescues',
      'Requests that stable answered because the candidate failed.',
      (counts) => counts.rescued,
      (counts) => counts.track === 'candidate',
    ),
    counter(
      'tidegate_retries',
      'Second attempts at another address of the same release.',
      (counts) => counts.meter.retries,
    ),
    counter(
      'tidegate_fallbacks',
      'Requests that another service answered.',
      (counts) => counts.meter.fallbacks,
    ),
    counter(
      'tidegate_overflows',
      'Requests that were drawn for the candidate and answered by stable, for it had had more than its share.',
      (counts) => counts.overflowed,
      (counts) => counts.track === 'candidate',
    ),
    counter(
      'tidegate_outside_audience',
      'Requests that could not get the candidate that there was, for they were outside its audience.',
      (counts) => counts.outside,
      (counts) => counts.track === 'stable',
    ),
    counter(
      'tidegate_mirrored_requests',
      'Copies of requests that were sent to a candidate and ended.',
      (counts) => counts.answered,
      isShadow,
    ),
    counter(
      'tidegate_mirror_drops',
      'Copies of requests that were not sent because too many waited.',
      (counts) => counts.mirrorDropped,
      isShadow,
    ),
  ];
}

export const trackLabels = ({ service, release, releaseVersion, track }: TrackCounts): Series['labels'] => ({
  service,
  release: `${releaseVersion}@${shortDigest(release)}`,
  track,
});

const isShadow = ({ track }: TrackCounts): boolean => track === 'shadow';
const isForUsers = (counts: TrackCounts): boolean => !isShadow(counts);

function requestSeries({ meter }: TrackCounts, labels: Series['labels']): Series[] {
  const series: Series[] = [];
  ENDINGS.forEach((ending, row) => {
    STATUS_CLASSES.forEach((status, column) => {
      const value = meter.requests[row * STATUS_CLASSES.length + column]!;
      if (value > 0) series.push({ labels: { ...labels, ending, status }, value });
    });
  });
  return series;
}
