import { describe, expect, it } from 'vitest';
import {
  beginAttempt,
  freshShare,
  noteFailure,
  noteNothing,
  noteSuccess,
  openHealth,
  standingOf,
} from './address-health.ts';

const limits = { consecutive: 5, failedShare: 0.5, windowMs: 10_000, restMs: 1_000 };
const failTimes = (health: ReturnType<typeof openHealth>, times: number, nowMs: number): void => {
  for (let n = 0; n < times; n += 1) noteFailure(health, limits, false, nowMs);
};

describe('the health of an address', () => {
  it('is lost by failures in a row, and only then', () => {
    const health = openHealth(0);
    failTimes(health, 4, 10);
    noteSuccess(health, limits, false, 10);
    failTimes(health, 4, 10);
    expect(standingOf(health, 10)).toBe('in');
    expect(noteFailure(health, limits, false, 10)).toBe(true);
    expect(standingOf(health, 10)).toBe('out');
  });

  it('is lost by a share of failures, once there are answers enough to speak of one', () => {
    const health = openHealth(0);
    for (let n = 0; n < 9; n += 1) {
      noteFailure(health, limits, false, n);
      noteSuccess(health, limits, false, n);
    }
    noteFailure(health, limits, false, 20);
    expect(standingOf(health, 20)).toBe('in');
    expect(noteFailure(health, limits, false, 20)).toBe(true);
  });

  it('forgets what is older than the window', () => {
    const health = openHealth(0);
    for (let n = 0; n < 9; n += 1) {
      noteFailure(health, limits, false, 1);
      noteSuccess(health, limits, false, 1);
    }
    for (const nowMs of [11_000, 22_000]) {
      noteFailure(health, limits, false, nowMs);
      expect(noteFailure(health, limits, false, nowMs)).toBe(false);
      noteSuccess(health, limits, false, nowMs);
    }
    expect(standingOf(health, 22_000)).toBe('in');
  });

  it('is tried by one request after the rest, and comes back when that succeeds, slowly', () => {
    const health = openHealth(0);
    failTimes(health, 5, 0);
    expect(standingOf(health, 999)).toBe('out');
    expect(standingOf(health, 1_000)).toBe('probe');
    expect(beginAttempt(health, 1_000)).toBe(true);
    expect(standingOf(health, 1_000)).toBe('out');
    expect(beginAttempt(health, 1_000)).toBe(false);
    noteSuccess(health, limits, true, 1_050);
    expect(standingOf(health, 1_050)).toBe('in');
    expect(freshShare(health, 1_000, 1_050)).toBeCloseTo(0.1);
    expect(freshShare(health, 1_000, 1_550)).toBeCloseTo(0.5);
    expect(freshShare(health, 1_000, 2_050)).toBe(1);
    expect(freshShare(health, 0, 1_050)).toBe(1);
  });

  it('rests twice as long each time in a row, up to a limit', () => {
    const health = openHealth(0);
    failTimes(health, 5, 0);
    let nowMs = 0;
    for (const restMs of [1_000, 2_000, 4_000, 8_000, 16_000, 16_000]) {
      expect(health.ejectedUntilMs - nowMs).toBe(restMs);
      nowMs = health.ejectedUntilMs;
      beginAttempt(health, nowMs);
      noteFailure(health, limits, true, nowMs);
    }
  });

  it('rests briefly again after a window without trouble', () => {
    const health = openHealth(0);
    failTimes(health, 5, 0);
    beginAttempt(health, 1_000);
    noteSuccess(health, limits, true, 1_000);
    noteSuccess(health, limits, false, 12_000);
    failTimes(health, 5, 12_000);
    expect(health.ejectedUntilMs).toBe(13_000);
  });

  it('may be tried again when the request that tried it said nothing', () => {
    const health = openHealth(0);
    failTimes(health, 5, 0);
    beginAttempt(health, 1_000);
    noteNothing(health, true);
    expect(standingOf(health, 1_000)).toBe('probe');
  });

  it('does not change by requests that were sent before it was ejected', () => {
    const health = openHealth(0);
    failTimes(health, 8, 0);
    expect(health.ejectedUntilMs).toBe(1_000);
    noteSuccess(health, limits, false, 10);
    expect(standingOf(health, 10)).toBe('out');
  });
});
