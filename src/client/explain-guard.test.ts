import { describe, expect, it } from 'vitest';
import type { GuardReading, PullReading, TrackReading } from '../core/evidence/guard-reading.ts';
import { PAIRED_GUARDS } from '../core/rollout/plan.ts';
import {
  advanceSentences,
  countSentences,
  differenceSentences,
  pullSentences,
  rollbackSentences,
  SHOWN_BY_COPIES,
  winnings,
} from './explain-guard.ts';

const track = (bad: number, good: number, pending = 0): TrackReading => ({
  started: bad + good + pending,
  bad,
  good,
  pending,
  ...(bad + good > 0 && { badShare: bad / (bad + good) }),
});

const tracks = (stable: TrackReading, candidate: TrackReading) => ({ stable, candidate });

const reading = (more: Partial<GuardReading> = {}): GuardReading => ({
  guard: 'errors',
  marginShare: 0.02,
  rollout: tracks(track(12, 1_188), track(3, 57, 4)),
  stage: tracks(track(1, 99), track(0, 10)),
  rollback: {
    rule: 'compare',
    logE: Math.log(2300),
    logThreshold: Math.log(4444),
    crossed: false,
    blind: false,
  },
  advance: {
    rule: 'compare',
    logE: 0,
    logThreshold: Math.log(20),
    passed: false,
    waitingFor: 'not-enough-evidence',
    moreRequests: 4_310,
    moreCandidateRequests: 216,
  },
  ...more,
});

describe('a reading of a guard in words', () => {
  it('counts both tracks and what is still out', () => {
    expect(countSentences(reading(), 'rollout')).toEqual([
      'Stable: 12 of 1,200 bad (1 %). Candidate: 3 of 60 bad (5 %), 4 without an outcome yet.',
    ]);
    expect(countSentences(reading({ stage: tracks(track(0, 0), track(0, 0, 2)) }), 'stage')).toEqual([
      'Stable: no outcome yet. Candidate: no outcome yet, 2 without an outcome yet.',
    ]);
  });

  it('says that users decide where users are drawn, and whether their requests give a warning', () => {
    const keyed = reading({
      keys: { rollout: tracks(track(1, 199), track(2, 8)), stage: tracks(track(0, 0), track(0, 1)) },
      pull: {
        rule: 'compare',
        logE: Math.log(9000),
        logThreshold: Math.log(4000),
        crossed: true,
        cleared: false,
      },
    });
    expect(countSentences(keyed, 'rollout')[1]).toMatch(
      /each counts once, and that decides: stable 1 of 200 users bad \(0\.5 %\), candidate 2 of 10 users bad \(20 %\)\.$/,
    );
    expect(countSentences(keyed, 'stage')[1]).toMatch(
      /stable none yet, candidate 0 of 1 user bad \(0 %\)\.$/,
    );
    expect(rollbackSentences(keyed)[1]).toBe(
      'Taken one by one, the requests look worse (9,000 of 4,000): a warning that takes the candidate off its users and leaves the decision to copies of requests.',
    );
  });

  it('says of a warning what it rests on, and what follows from it', () => {
    const pull: PullReading = {
      rule: 'compare',
      logE: Math.log(9000),
      logThreshold: Math.log(4000),
      crossed: true,
      cleared: true,
    };
    expect(pullSentences(reading({ pull }))).toEqual([
      'By what had become of them after one second, the requests look worse (9,000 of 4,000): a warning that takes the candidate off its users and leaves the decision to copies of requests, which have cleared it.',
    ]);
    expect(pullSentences(reading({ guard: 'feedback', pull }))[0]).toContain(
      'from which nothing follows, for copies of requests cannot show this.',
    );
    expect(pullSentences(reading({ pull: { ...pull, crossed: false } }))).toEqual([
      'By what had become of them after one second, the requests give no warning (9,000 of 4,000).',
    ]);
    expect(pullSentences(reading())).toEqual([]);
    expect(SHOWN_BY_COPIES).toEqual(PAIRED_GUARDS);
  });

  it('says of a bet what it returned, what is needed, and how seldom a good candidate gets there', () => {
    expect(rollbackSentences(reading())).toEqual([
      'Going back: against “no worse than stable at the same moments”, a stake of 1 would have become 2,300 at best; 4,444 are needed. If that is true, it becomes so much in at most 1 of 2,300 rollouts.',
    ]);
    const bound = { ...reading().rollback, rule: 'bound' as const, crossed: true, logE: Math.log(5e9) };
    expect(rollbackSentences(reading({ rollback: bound, boundShare: 0.05 }))[0]).toMatch(
      /against “within the bound of 5 %”, a stake of 1 would have become 5 × 10\^9 at best; 4,444 were needed/,
    );
  });

  it('says when a guard sees nothing, when the cause is shared, and what was left out as warm-up', () => {
    const unseen = { ...reading().rollback, logE: 0, blind: true };
    const blind = reading({ rollback: unseen, sharedCause: true });
    expect(rollbackSentences(blind)).toEqual([
      'Blind in its newest exposure, which shows the guard nothing that could take the candidate back.',
      expect.stringContaining('the cause is probably shared'),
    ]);
    expect(countSentences(reading({ warmUpRequests: 1 }), 'stage')).toContain(
      'Not counted: 1 request of the declared warm-up.',
    );
    const seenBefore = rollbackSentences(reading({ rollback: { ...unseen, logE: Math.log(2300) } }));
    expect(seenBefore[0]).toContain('would have become 2,300 at best');
    expect(seenBefore[1]).toContain('Blind in its newest exposure');
  });

  it('says of a rollout that is over only what it had come to', () => {
    const unseen = { ...reading().rollback, logE: Math.log(2300), blind: true };
    const pull = { rule: 'compare' as const, logE: 3, logThreshold: 2, crossed: true, cleared: false };
    const said = rollbackSentences(reading({ rollback: unseen, pull }), true).join(' ');
    expect(said).toContain('would have become 2,300 at best');
    expect(said).toContain('looked worse');
    expect(said).not.toMatch(/Blind|takes the candidate off/);
  });

  it('says what moving on waits for, about how much of it, and when it has passed', () => {
    expect(advanceSentences(reading(), 0)).toEqual([
      'Moving on: against “worse than stable by 2 points or more”, a stake of 1 would have become 1 at best; 20 are needed. Such a candidate passes in at most 5 % of all stages. Waits for about 4,400 more requests (errors), about 216 of them to the candidate.',
    ]);
    const advance = { rule: 'bound' as const, logE: Math.log(31), logThreshold: Math.log(20), passed: true };
    expect(advanceSentences(reading({ advance, boundShare: 0.1 }), 0)[0]).toMatch(
      /against “at the bound of 10 % or above”, .+ 31 at best; 20 were needed\. .+ Passed\.$/,
    );
  });

  it('gives the limits of the difference in points, and of a mean in parts of its scale', () => {
    const difference = { estimate: 0.04, low: -0.0123, high: 0.111, confidence: 0.95 };
    expect(differenceSentences(reading({ difference }))).toEqual([
      'Over the whole rollout, candidate minus stable lies between −1.23 and +11.1 points, at all times at once with 95 % confidence; +4 fits best.',
    ]);
    const means = {
      kind: 'mean' as const,
      rollout: tracks(
        { started: 30, bad: 0, good: 30, pending: 0, mean: 0.31 },
        { started: 4, bad: 0, good: 0, pending: 4 },
      ),
    };
    expect(
      differenceSentences(reading({ ...means, difference: { low: -1, high: 0.05, confidence: 0.95 } }))[0],
    ).toBe(
      'Over the whole rollout, candidate minus stable lies between −1 and +0.05 of the scale, at all times at once with 95 % confidence.',
    );
    expect(countSentences(reading(means), 'rollout')).toEqual([
      'Stable: 0.31 on average of 30. Candidate: nothing measured yet, 4 not measured.',
    ]);
  });

  it.each([
    [0, '1'],
    [Math.log(0.001), 'under 0.01'],
    [Math.log(3.456), '3.46'],
    [Math.log(999_999), '999,999'],
    [Math.log(2.5e12), '2.5 × 10^12'],
    [2000, '3.9 × 10^868'],
  ])('a stake whose logarithm is %d has become %s', (logE, text) => expect(winnings(logE)).toBe(text));
});
