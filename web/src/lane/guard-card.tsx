import type { ReactElement } from 'react';
import { differenceSentences, keySentences, pullSentences } from '../../../src/client/explain-guard.ts';
import { count, percent } from '../../../src/client/figures.ts';
import type { GuardReading, TrackReading } from '../api/shapes.ts';
import { Badge, type Standing } from '../parts/badge.tsx';
import { points } from '../show/points.ts';
import { DifferenceLine } from './difference-line.tsx';
import { EvidenceBar } from './evidence-bar.tsx';
import { shownTracks } from './shown-tracks.ts';

/** One guard: both rates with what they rest on, and how near each decision is. */
export const GuardCard = (props: { reading: GuardReading; isNeeded: boolean }): ReactElement => {
  const { reading, isNeeded } = props;
  const { guard, boundShare, rollback, advance, pull } = reading;
  const { stable, candidate } = shownTracks(reading.stage);
  const isComparison = guard === 'disagree';
  const tracks = [
    ...(isComparison ? [] : [{ name: 'stable' as const, track: stable }]),
    { name: 'candidate' as const, track: candidate },
  ];
  const scale = Math.max(stable.badShare ?? 0, candidate.badShare ?? 0, boundShare ?? 0, 0.01);
  return (
    <article className="guard" aria-label={`Guard ${guard}`}>
      <header className="guard-head">
        <h3>{guard}</h3>
        <Badge {...standingOf(reading, isNeeded)} />
      </header>
      <p className="quiet">{meanings[guard] ?? 'Counts bad outcomes.'}</p>
      <table className="guard-table">
        <thead>
          <tr>
            <th scope="col">Track</th>
            <th scope="col">Bad share</th>
            <th scope="col" className="number">
              n
            </th>
            <th scope="col" className="number">
              Bad
            </th>
            <th scope="col" className="number">
              Pending
            </th>
          </tr>
        </thead>
        <tbody>
          {tracks.map(({ name, track }) => (
            <tr key={name}>
              <th scope="row">{isComparison ? 'mirrored' : name}</th>
              <td>
                <Rate track={track} name={name} scale={scale} />
              </td>
              <td className="number">{count(track.bad + track.good)}</td>
              <td className="number">{count(track.bad)}</td>
              <td className="number">{count(track.pending)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="guard-rule">
        {difference(stable, candidate, isComparison)}
        {allowed(reading)}
      </p>
      <DifferenceLine reading={reading} />
      {[...keySentences(reading, 'stage'), ...differenceSentences(reading)].map((sentence) => (
        <p key={sentence} className="guard-rule">
          {sentence}
        </p>
      ))}
      <WholeRollout reading={reading} />
      <Remarks reading={reading} />
      <EvidenceBar
        title="Toward rollback"
        direction="rollback"
        logE={rollback.logE}
        logThreshold={rollback.logThreshold}
        isReached={rollback.crossed}
        note={rollback.blind ? 'This stage shows the guard nothing to decide on.' : rules[rollback.rule]}
      />
      {pull !== undefined && !rollback.crossed && (
        <EvidenceBar
          title="Toward a warning"
          direction="warning"
          logE={pull.logE}
          logThreshold={pull.logThreshold}
          isReached={pull.crossed}
          note={pullSentences(reading).join(' ')}
        />
      )}
      <EvidenceBar
        title="Toward advance"
        direction="advance"
        logE={advance.logE}
        logThreshold={advance.logThreshold}
        isReached={advance.passed}
        note={isNeeded ? waitingNote(reading) : 'This stage does not wait for it.'}
      />
    </article>
  );
};

const meanings: Readonly<Record<string, string>> = {
  errors: 'Failed answers: 5xx, time-outs, broken connections. Rescued ones count.',
  'client-errors': 'Requests the release refused as wrong: 4xx other than 401, 403 and 429.',
  slow: 'Answers slower than the limit.',
  invalid: 'Answers that an output check refused.',
  feedback: 'Answers that feedback called bad.',
  judge: 'Sampled answers that a judge scored below its bar.',
  cost: 'What an answer costs, as a part of the most it may; 0 is best.',
  score: 'How far reported scores are from the best; 0 is best.',
  disagree: 'Mirrored answers that differ from the one stable gave.',
};

const rules = {
  compare: 'Compared with stable requests of the same moments.',
  bound: 'Held against the bound.',
  paired: 'Compared with stable, request by request.',
} as const;

const standingOf = ({ rollback, advance }: GuardReading, isNeeded: boolean): Standing => {
  if (rollback.crossed) return { tone: 'bad', icon: 'back', word: 'Worse' };
  if (advance.passed) return { tone: 'good', icon: 'check', word: 'Passed' };
  if (!isNeeded) return { tone: 'quiet', icon: 'skip', word: 'Not needed here' };
  switch (advance.waitingFor) {
    case 'candidate-looks-worse':
      return { tone: 'warn', icon: 'warning', word: 'Looks worse' };
    case 'no-bound':
      return { tone: 'warn', icon: 'blind', word: 'Sees nothing here' };
    case 'pending-outcomes':
      return { tone: 'busy', icon: 'clock', word: 'Outcomes pending' };
    case 'warming-up':
      return { tone: 'quiet', icon: 'clock', word: 'Warming up' };
    case 'no-candidate-requests':
    case 'no-stable-requests':
    case 'no-mirrored-requests':
      return { tone: 'quiet', icon: 'ring', word: 'No requests yet' };
    default:
      return { tone: 'busy', icon: 'clock', word: 'Hold' };
  }
};

const waitingNote = ({ advance }: GuardReading): string => {
  if (advance.passed) return '';
  switch (advance.waitingFor) {
    case 'no-candidate-requests':
      return 'The candidate has had no request yet.';
    case 'no-stable-requests':
      return 'Stable has had no request to compare with yet.';
    case 'no-mirrored-requests':
      return 'No request was mirrored yet.';
    case 'no-bound':
      return 'Nothing to compare with, and no bound is set.';
    case 'warming-up':
      return 'All requests so far fall into the declared warm-up.';
    case 'pending-outcomes':
      return 'What has started will do, once its outcomes are in.';
    case 'candidate-looks-worse':
      return 'The outcomes point the other way; more of the same will not pass.';
    case 'not-enough-evidence':
    case undefined:
      return advance.moreRequests === undefined
        ? 'More requests are needed.'
        : `About ${count(advance.moreRequests)} more requests needed${
            advance.moreCandidateRequests === undefined
              ? ''
              : `, ${count(advance.moreCandidateRequests)} of them to the candidate`
          }.`;
  }
};

const allowed = ({ marginShare, boundShare, kind }: GuardReading): string => {
  if (boundShare !== undefined) return `Bound in force: ${percent(boundShare)}.`;
  return kind === 'mean'
    ? `Allowed: ${marginShare} of the scale worse than stable.`
    : `Allowed: ${points(marginShare).replace('+', '')} worse than stable.`;
};

/** What else a reader must know to judge the figures. */
const Remarks = ({ reading }: { reading: GuardReading }): ReactElement | null => {
  const { warmUpRequests, sharedCause } = reading;
  if (warmUpRequests === undefined && sharedCause !== true) return null;
  return (
    <p className="guard-rule">
      {warmUpRequests !== undefined &&
        `Not counted: ${count(warmUpRequests)} requests of the declared warm-up. `}
      {sharedCause === true &&
        'Stable itself has become clearly worse, so the cause is probably shared and going back would probably not help.'}
    </p>
  );
};

const difference = (stable: TrackReading, candidate: TrackReading, isComparison: boolean): string =>
  isComparison || stable.badShare === undefined || candidate.badShare === undefined
    ? ''
    : `Difference: ${points(candidate.badShare - stable.badShare)}. `;

const Rate = (props: { track: TrackReading; name: 'stable' | 'candidate'; scale: number }): ReactElement => {
  const { track, name, scale } = props;
  if (track.mean !== undefined)
    return <span className="rate-figure">{track.mean.toFixed(3)} on average</span>;
  if (track.badShare === undefined) return <span className="quiet">no outcome yet</span>;
  return (
    <span className="rate">
      <span className="rate-figure">{percent(track.badShare)}</span>
      <span className="rate-bar" aria-hidden="true">
        <span className={`track-${name}`} style={{ width: `${(track.badShare / scale) * 100}%` }} />
      </span>
    </span>
  );
};

/** What the earlier stages add, once there were any. */
const WholeRollout = ({ reading }: { reading: GuardReading }): ReactElement | null => {
  const { stage, rollout, guard } = reading;
  const [now, all] = [shownTracks(stage), shownTracks(rollout)];
  if (all.candidate.started === now.candidate.started && all.stable.started === now.stable.started)
    return null;
  const shown = guard === 'disagree' ? (['candidate'] as const) : (['stable', 'candidate'] as const);
  return (
    <p className="guard-rule">
      Whole rollout:{' '}
      {shown
        .map((name) => {
          const { badShare, bad, good } = all[name];
          const label = guard === 'disagree' ? 'mirrored' : name;
          return badShare === undefined
            ? `${label} no outcome yet`
            : `${label} ${percent(badShare)} bad of ${count(bad + good)}`;
        })
        .join(', ')}
      .
    </p>
  );
};
