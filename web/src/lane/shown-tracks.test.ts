import { expect, test } from 'vitest';
import { shownTracks } from './shown-tracks.ts';

const none = { started: 0, bad: 0, good: 0, pending: 0 };

test('the halves of mirrored pairs are the two tracks, with what is still running', () => {
  const stable = { started: 90, bad: 1, good: 89, pending: 0, badShare: 1 / 90 };
  const pairs = { started: 100, both: 2, stableOnly: 3, candidateOnly: 5, neither: 80 };
  expect(shownTracks({ stable, candidate: none, pairs })).toEqual({
    stable: { started: 100, bad: 5, good: 85, pending: 10, badShare: 5 / 90 },
    candidate: { started: 100, bad: 7, good: 83, pending: 10, badShare: 7 / 90 },
  });
});

test('as soon as the candidate answers requests of its own, those count', () => {
  const candidate = { started: 10, bad: 1, good: 9, pending: 0, badShare: 0.1 };
  const pairs = { both: 0, stableOnly: 0, candidateOnly: 0, neither: 50 };
  expect(shownTracks({ stable: none, candidate, pairs }).candidate).toEqual(candidate);
});
