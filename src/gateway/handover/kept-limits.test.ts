import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Budget } from '../../core/limits/budget.ts';
import { type Limits, UNLIMITED } from '../../core/limits/limits.ts';
import type { Admitted } from '../limits/admission.ts';
import { type OpenLimits, openLimits } from '../limits/open-limits.ts';
import { until } from '../testing/harness.ts';

const budget: Budget = {
  name: 'bot',
  of: { scope: 'total' },
  unit: 'tokens',
  amount: 1_000,
  per: 'month',
  zone: 'UTC',
  atPercent: [100],
  action: 'stop',
};
const own: Limits = {
  total: { rates: { requests: { perSecond: 0.001, burst: 60 } }, inFlight: null },
  services: {},
  keys: UNLIMITED,
  tiers: [],
  budgets: [budget],
  queue: { waiting: 0, waitMs: 1_000 },
};

describe('limits of a gateway whose process is replaced', () => {
  let directory: string;
  const open: OpenLimits[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'kept-limits-'));
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
    await rm(directory, { recursive: true });
  });
  const start = async (boot: string, isWaiting: boolean, process = 0, processes = 1) => {
    const one = await openLimits({
      environment: 'production',
      directory,
      stateDir: directory,
      boot,
      process,
      processes,
      isWaiting,
      onTrouble() {},
      onBudget() {},
    });
    one.follow(own);
    open.push(one);
    return one;
  };
  const ask = (one: OpenLimits): Promise<Admitted | null> =>
    new Promise((resolve) => one.admit(own, 'spam', 'a', () => false, resolve));
  const letIn = async (one: OpenLimits, times: number): Promise<number> => {
    const heard = await Promise.all(Array.from({ length: times }, () => ask(one)));
    return heard.filter((admitted) => admitted?.kind === 'pass').length;
  };
  const spent = (one: OpenLimits): number => one.standings()[0]!.spent;
  const spend = async (one: OpenLimits, tokens: number): Promise<void> => {
    const admitted = await ask(one);
    if (admitted?.kind !== 'pass') throw new Error('it was not let in');
    admitted.pass.charge({ tokens });
  };

  it.each([1, 2])(
    'go on with what is left of a rate and of a budget, with %d processes',
    async (processes) => {
      const old = await start('old', false, 0, processes);
      expect(await letIn(old, 40)).toBe(40);
      await spend(old, 700);
      old.tick();
      const next = await start('next', true, 0, processes);
      const kept = await old.handOver();
      await next.takeOver(JSON.parse(JSON.stringify(kept)));
      expect(spent(next)).toBe(700);
      expect(await letIn(next, 40)).toBeLessThanOrEqual(19);
    },
  );

  it('are kept by the successor for the one that leaves as well', async () => {
    const old = await start('old', false);
    await spend(old, 300);
    old.tick();
    const next = await start('next', true);
    await next.takeOver(await old.handOver());
    await until(() => {
      old.tick();
      next.tick();
      return spent(old) === 300 && spent(next) === 300;
    });
    await spend(old, 200);
    await spend(next, 100);
    await until(() => {
      old.tick();
      next.tick();
      return spent(old) === 600 && spent(next) === 600;
    });
    await old.close();
    await next.close();
    open.length = 0;
    expect(spent(await start('later', false))).toBe(600);
  });

  it('are taken back when nobody has come, and found on disk when the one before died', async () => {
    const old = await start('old', false);
    await spend(old, 300);
    old.tick();
    await old.handOver();
    await old.takeOver(null);
    await spend(old, 200);
    expect(spent(old)).toBe(500);
    expect(await letIn(old, 80)).toBe(58);
    old.tick();
    await old.handOver();
    const next = await start('next', true);
    await next.takeOver(null);
    expect(spent(next)).toBe(500);
  });
});
