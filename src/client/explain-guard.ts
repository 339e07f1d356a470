import type {
  EvidenceRule,
  GuardReading,
  TrackReading,
  TracksReading,
} from '../core/evidence/guard-reading.ts';
import { count, percent, plural } from './figures.ts';
import { waitingFor } from './sentences.ts';

/** Sentences about one reading of a guard. Each figure in them is one of the reading's. */

/** What came in, of the stage alone or of the whole rollout. */
export const countSentences = (reading: GuardReading, span: 'stage' | 'rollout'): string[] => {
  const { guard, kind, warmUpRequests } = reading;
  const tracks = reading[span];
  const isMirrorOnly = guard === 'disagree';
  const said = isMirrorOnly
    ? [`Mirrored answers: ${outcomes(tracks.candidate, 'differed from stable')}.`]
    : kind === 'mean'
      ? [`Stable: ${mean(tracks.stable)}. Candidate: ${mean(tracks.candidate)}.`]
      : [`Stable: ${outcomes(tracks.stable, 'bad')}. Candidate: ${outcomes(tracks.candidate, 'bad')}.`];
  said.push(...keySentences(reading, span));
  if (tracks.pairs !== undefined && !isMirrorOnly) {
    const { both, stableOnly, candidateOnly, neither } = tracks.pairs;
    said.push(
      `${plural(both + stableOnly + candidateOnly + neither, 'request')} went to both: ${count(stableOnly)} bad on stable alone, ${count(candidateOnly)} on the candidate alone, ${count(both)} on both.`,
    );
  }
  if (warmUpRequests !== undefined)
    said.push(`Not counted: ${plural(warmUpRequests, 'request')} of the declared warm-up.`);
  return said;
};

/** Where users are drawn instead of requests: how they fared, each once; else empty. */
export const keySentences = ({ keys }: GuardReading, span: 'stage' | 'rollout'): string[] =>
  keys === undefined
    ? []
    : [
        `Users are drawn here, not requests, so each counts once, and that decides: stable ${keyed(keys[span], 'stable')}, candidate ${keyed(keys[span], 'candidate')}.`,
      ];

const outcomes = ({ bad, good, pending, badShare }: TrackReading, word: string): string => {
  const late = pending > 0 ? `, ${count(pending)} without an outcome yet` : '';
  return badShare === undefined
    ? `no outcome yet${late}`
    : `${count(bad)} of ${count(bad + good)} ${word} (${percent(badShare)})${late}`;
};

const mean = ({ good, pending, mean: value }: TrackReading): string => {
  const late = pending > 0 ? `, ${count(pending)} not measured` : '';
  return value === undefined
    ? `nothing measured yet${late}`
    : `${scale(value)} on average of ${count(good)}${late}`;
};

const keyed = (tracks: TracksReading, track: 'stable' | 'candidate'): string => {
  const { bad, good, badShare } = tracks[track];
  return badShare === undefined
    ? 'none yet'
    : `${count(bad)} of ${plural(bad + good, 'user')} bad (${percent(badShare)})`;
};

/** By how much the candidate is worse than stable, with the limits; empty where nothing is known of it. */
export const differenceSentences = ({ difference, kind }: GuardReading): string[] => {
  if (difference === undefined) return [];
  const { estimate, low, high, confidence } = difference;
  const unit = kind === 'mean' ? 'of the scale' : 'points';
  const figure = kind === 'mean' ? signedScale : signedPoints;
  const at = estimate === undefined ? '' : `; ${figure(estimate)} fits best`;
  return [
    `Over the whole rollout, candidate minus stable lies between ${figure(low)} and ${figure(high)} ${unit}, at all times at once with ${percent(confidence)} confidence${at}.`,
  ];
};

/** How far the evidence for going back has come. Of a rollout that is over only what it had come to: nothing follows from it any more. */
export const rollbackSentences = (reading: GuardReading, isOver = false): string[] => {
  const { rollback, boundShare, sharedCause } = reading;
  const said: string[] = [];
  const { rule, logE, logThreshold, crossed, blind } = rollback;
  // What was seen before stays seen, also where nothing more comes.
  if (!blind || logE > 0)
    said.push(
      `Going back: against “${good[rule](boundShare)}”, a stake of 1 would have become ${winnings(logE)} at best; ${winnings(logThreshold)} ${crossed ? 'were' : 'are'} needed. ${chance(logE)}`,
    );
  if (blind && !isOver)
    said.push(
      'Blind in its newest exposure, which shows the guard nothing that could take the candidate back.',
    );
  said.push(...pullSentences(reading, isOver));
  if (sharedCause === true)
    said.push(
      'Stable itself has become clearly worse than it was: the cause is probably shared, and going back would probably not help.',
    );
  return said;
};

/** The guards that a copy of a request can show (`PAIRED_GUARDS` of the rules). */
export const SHOWN_BY_COPIES: readonly string[] = ['errors', 'client-errors', 'slow'];

/** Whether there is a warning; empty where there can be none. Where users are drawn, from their requests; else from outcomes at the age of a second. */
export const pullSentences = ({ guard, pull, keys }: GuardReading, isOver = false): string[] => {
  if (pull === undefined) return [];
  const { rule, logE, logThreshold, crossed, cleared } = pull;
  const reached = `${winnings(logE)} of ${winnings(logThreshold)}`;
  const seen =
    rule === 'bound'
      ? 'Measured by what stable was like while it had traffic, the requests'
      : keys === undefined
        ? 'By what had become of them after one second, the requests'
        : 'Taken one by one, the requests';
  if (!crossed) return [`${seen} ${isOver ? 'gave' : 'give'} no warning (${reached}).`];
  if (isOver) return [`${seen} looked worse (${reached}).`];
  // Whatever copies cannot show, copies cannot clear.
  const follows =
    rule === 'bound' && !SHOWN_BY_COPIES.includes(guard)
      ? 'a warning that takes the candidate off its users and asks a person, for copies of requests cannot show this'
      : SHOWN_BY_COPIES.includes(guard)
        ? `a warning that takes the candidate off its users and leaves the decision to copies of requests${cleared ? ', which have cleared it' : ''}`
        : 'a warning, from which nothing follows, for copies of requests cannot show this';
  return [`${seen} look worse (${reached}): ${follows}.`];
};

/** What a good candidate is, and what the bet is against. */
const good: Readonly<Record<EvidenceRule, (boundShare: number | undefined) => string>> = {
  compare: () => 'no worse than stable at the same moments',
  bound: (boundShare) =>
    `within ${boundShare === undefined ? 'its bound' : `the bound of ${percent(boundShare)}`}`,
  paired: () => 'no worse than stable on the same requests',
};

/** By Ville's inequality, whenever one looks. */
const chance = (logE: number): string =>
  logE < Math.log(2)
    ? 'Nothing speaks against that so far.'
    : `If that is true, it becomes so much in at most 1 of ${winnings(logE)} rollouts.`;

/** How far the evidence for moving on has come, and what is missing. */
export const advanceSentences = (reading: GuardReading, nowMs: number): string[] => {
  const { guard, advance, marginShare, boundShare, kind } = reading;
  const { rule, logE, logThreshold, passed } = advance;
  const tooBad =
    rule === 'bound'
      ? `at ${boundShare === undefined ? 'its bound' : `the bound of ${percent(boundShare)}`} or above`
      : `worse than stable by ${kind === 'mean' ? `${scale(marginShare)} of the scale` : pointsText(marginShare)} or more`;
  const bet = `Moving on: against “${tooBad}”, a stake of 1 would have become ${winnings(logE)} at best; ${winnings(logThreshold)} ${passed ? 'were' : 'are'} needed. Such a candidate passes in at most ${percent(Math.exp(-logThreshold))} of all stages.`;
  if (passed) return [`${bet} Passed.`];
  const missing = waitingFor(
    {
      on: 'evidence',
      guard,
      reason: advance.waitingFor ?? 'not-enough-evidence',
      moreRequests: advance.moreRequests ?? null,
      moreCandidateRequests: advance.moreCandidateRequests ?? null,
    },
    nowMs,
  );
  const ofThem =
    advance.moreCandidateRequests === undefined
      ? ''
      : `, about ${count(Math.ceil(advance.moreCandidateRequests))} of them to the candidate`;
  return [`${bet} Waits for ${missing}${ofThem}.`];
};

/** What a stake of 1 has become, from its logarithm: two digits below ten, whole numbers up to a million, then powers of ten. */
export const winnings = (logE: number): string => {
  if (logE > Math.log(1e6)) {
    const exponent = Math.floor(logE / Math.LN10 + 1e-9);
    return `${Number((10 ** (logE / Math.LN10 - exponent)).toFixed(1))} × 10^${exponent}`;
  }
  const value = Math.exp(logE);
  if (value < 0.01) return 'under 0.01';
  return value < 10 ? String(Number(value.toFixed(2))) : count(value);
};

const scale = (value: number): string => String(Number(value.toPrecision(2)));

const signedScale = (value: number): string => signed(Number(value.toFixed(3)));

const signedPoints = (share: number): string => signed(Number((share * 100).toFixed(2)));

const pointsText = (share: number): string => {
  const value = Number((share * 100).toFixed(2));
  return `${value} ${value === 1 ? 'point' : 'points'}`;
};

const signed = (value: number): string => (value > 0 ? `+${value}` : value < 0 ? `−${-value}` : '0');
