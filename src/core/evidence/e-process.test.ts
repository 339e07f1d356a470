import { expect, it } from 'vitest';
import { copyProcess, logValue, playCohort, startProcess, startProcessWithReserve } from './e-process.ts';

it('starts at 1, with or without a reserve', () => {
  expect(logValue(startProcess(8))).toBeCloseTo(0, 14);
  expect(logValue(startProcessWithReserve(8))).toBeCloseTo(0, 14);
});

it('places the reserve without making or losing any of it', () => {
  const process = startProcessWithReserve(8);
  for (const observations of [0, 1, 10, 100, 1e4, 1e6, 1e9, 1e12]) {
    playCohort(process, new Array<number>(8).fill(0), observations);
    expect(logValue(process)).toBeCloseTo(0, 12);
  }
  expect(process.reserveShare).toBeGreaterThan(0);
  expect(process.reserveShare).toBeLessThan(0.2);
});

it('has bets alive after the first ones were lost', () => {
  const process = startProcessWithReserve(1);
  for (let i = 0; i < 100; i++) playCohort(process, [-5], 100);
  expect(process.logWealth[0]).toBeGreaterThan(-20);
});

it('places by the observations before a cohort, never by its own', () => {
  const small = startProcessWithReserve(1);
  const large = copyProcess(small);
  playCohort(small, [0.5], 1);
  playCohort(large, [0.5], 1e6);
  expect(large.logWealth).toEqual(small.logWealth);
});

it('remembers its highest value', () => {
  const process = startProcess(1);
  playCohort(process, [3], 1);
  playCohort(process, [-10], 1);
  expect(process.peakLogE).toBe(3);
  expect(logValue(process)).toBe(-7);
});
