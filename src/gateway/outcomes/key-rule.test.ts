import { describe, expect, it } from 'vitest';
import { openKeyRule } from './key-rule.ts';

const WINDOW_MS = 30_000;

/** The first window, in which so many keys were active, is over at the returned time. */
const afterWindowWith = (keys: number) => {
  const rule = openKeyRule({ windowMs: WINDOW_MS });
  for (let n = 0; n < keys; n += 1) expect(rule.leavesOut('r', `key-${n}`, 0)).toBe(false);
  return { rule, nowMs: WINDOW_MS };
};
const fail = (rule: ReturnType<typeof openKeyRule>, key: string, times: number, nowMs: number): void => {
  for (let n = 0; n < times; n += 1) rule.noteBad('r', key, nowMs);
};

describe('the key rule', () => {
  it('leaves out the further requests of a key that failed ten times, until the window is over', () => {
    const { rule, nowMs } = afterWindowWith(20);
    // The others keep coming, so the rule stays on.
    for (let n = 0; n < 20; n += 1) rule.leavesOut('r', `key-${n}`, nowMs);
    fail(rule, 'key-0', 9, nowMs);
    expect(rule.leavesOut('r', 'key-0', nowMs + 1)).toBe(false);
    fail(rule, 'key-0', 1, nowMs + 1);
    expect(rule.leavesOut('r', 'key-0', nowMs + 2)).toBe(true);
    expect(rule.leavesOut('r', 'key-0', nowMs + WINDOW_MS - 1)).toBe(true);
    expect(rule.leavesOut('r', 'key-1', nowMs + 2)).toBe(false);
    expect(rule.leavesOut('other', 'key-0', nowMs + 2)).toBe(false);
    expect(rule.leavesOut('r', 'key-0', nowMs + WINDOW_MS)).toBe(false);
    expect(rule.leavesOut('r', 'key-0', nowMs + WINDOW_MS)).toBe(false);
  });

  it('is off while fewer than twenty keys were active in the window before', () => {
    const { rule, nowMs } = afterWindowWith(19);
    rule.leavesOut('r', 'key-0', nowMs);
    fail(rule, 'key-0', 50, nowMs);
    expect(rule.leavesOut('r', 'key-0', nowMs + 1)).toBe(false);
  });

  it('is off in the first window and after a silence', () => {
    const { rule } = afterWindowWith(40);
    fail(rule, 'key-0', 50, 1);
    expect(rule.leavesOut('r', 'key-0', 2)).toBe(false);
    const laterMs = 2 * WINDOW_MS;
    rule.leavesOut('r', 'key-0', laterMs);
    fail(rule, 'key-0', 50, laterMs);
    expect(rule.leavesOut('r', 'key-0', laterMs + 1)).toBe(false);
  });

  it('forgets the rollouts that are over', () => {
    const { rule, nowMs } = afterWindowWith(20);
    rule.leavesOut('r', 'key-0', nowMs);
    fail(rule, 'key-0', 10, nowMs);
    rule.retain(new Set(['other']));
    expect(rule.leavesOut('r', 'key-0', nowMs)).toBe(false);
    expect(rule.leavesOut('r', 'key-0', nowMs)).toBe(false);
  });
});
