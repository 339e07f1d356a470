import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Budget } from '../../core/limits/budget.ts';
import { type BudgetAccount, openBudgetAccount } from './budget-account.ts';
import { budgetFile } from './budget-file.ts';
import { type Budgets, openBudgets } from './budgets.ts';
import { openLimitBook } from './limit-book.ts';

const daily: Budget = {
  name: 'bot',
  of: { scope: 'service', name: 'bot' },
  unit: 'usd',
  amount: 1_000,
  per: 'day',
  zone: 'UTC',
  atPercent: [50, 80, 100],
  action: 'stop',
};
const noon = Date.parse('2026-11-21T12:00:00Z');
const HOUR_MS = 3_600_000;

/** A process that keeps the account, or one that reaches nobody. */
const open = (account: BudgetAccount | null, clock: { nowMs: number }, boot = 'one', processes = 1) => {
  const book = openLimitBook(account);
  const marks: string[] = [];
  const budgets: Budgets = openBudgets({
    boot,
    processes,
    booking: {
      send: (entries, then) => then(entries.map((entry) => book.book('here', entry, 0))),
      close() {},
    },
    nowMs: () => clock.nowMs,
    initial: (name, period) => account?.total(name, period) ?? 0,
    onReached: ({ name }, percent) => marks.push(`${name} ${percent}`),
  });
  const one = [budgets.open(daily)];
  const later = (ms: number): void => {
    clock.nowMs += ms;
    budgets.tick();
  };
  return { budgets, one, marks, later, spend: (usd: number) => budgets.spend(one, { usd, tokens: 7 }) };
};

describe('a budget', () => {
  it('lets in until it is spent, tells each mark once, and begins anew with its period', () => {
    const clock = { nowMs: noon };
    const { budgets, one, marks, later, spend } = open(openBudgetAccount({}), clock);
    spend(499);
    expect([budgets.spent(one), marks]).toEqual([null, []]);
    spend(1);
    spend(300);
    later(200);
    later(2_000);
    expect([budgets.spent(one), marks]).toEqual([null, ['bot 50', 'bot 80']]);
    spend(500);
    expect(budgets.spent(one)).toEqual({ budget: 'bot', retryMs: 12 * HOUR_MS - 2_200 });
    later(12 * HOUR_MS);
    expect(budgets.spent(one)).toBe(null);
    expect(one[0]).toMatchObject({ period: { name: '2026-11-22' }, own: 0, reached: 0 });
    expect(marks).toEqual(['bot 50', 'bot 80', 'bot 100']);
  });

  it('only warns when it is told to', () => {
    const { budgets, spend, marks } = open(openBudgetAccount({}), { nowMs: noon });
    const warning = [budgets.open({ ...daily, action: 'warn' })];
    spend(5_000);
    expect([budgets.spent(warning), marks]).toEqual([null, ['bot 100']]);
  });

  it('is told what a process had spent before midnight though midnight has passed', () => {
    const account = openBudgetAccount({});
    const clock = { nowMs: noon };
    const { later, spend } = open(account, clock);
    spend(10);
    // Not told yet.
    clock.nowMs += 12 * HOUR_MS;
    spend(3);
    later(200);
    expect([account.total('bot usd day', '2026-11-21'), account.total('bot usd day', '2026-11-22')]).toEqual([
      10, 3,
    ]);
  });

  it('goes on from what was spent, also when a clock is set back over midnight and forth again', () => {
    const account = openBudgetAccount({ 'bot usd day': { '2026-11-21': { gone: 990 } } });
    const clock = { nowMs: noon };
    const { budgets, one, later, spend } = open(account, clock);
    later(200);
    spend(9);
    expect(budgets.spent(one)).toBe(null);
    later(-24 * HOUR_MS);
    expect(one[0]!.period.name).toBe('2026-11-20');
    later(24 * HOUR_MS);
    spend(1);
    later(200);
    expect(budgets.spent(one)).not.toBe(null);
  });

  it('counts for all processes what one alone spends while the account is out of reach', () => {
    const { budgets, one, later, spend } = open(null, { nowMs: noon }, 'one', 4);
    later(0);
    spend(249);
    expect(budgets.spent(one)).toBe(null);
    spend(1);
    expect(budgets.spent(one)).not.toBe(null);
  });
});

describe('the account of budgets', () => {
  it('has the sum of what each process spent, in whatever order and however often it is told', () => {
    const told = fc.record({ boot: fc.constantFrom('a', 'b', 'c'), amount: fc.nat(1_000) });
    fc.assert(
      fc.property(fc.array(told), fc.nat(60), (list, restartAt) => {
        let account = openBudgetAccount({});
        list.forEach(({ boot, amount }, index) => {
          if (index === restartAt) account = openBudgetAccount(account.takeChanges() ?? {});
          account.spend('bot', '2026-11', boot, amount);
        });
        const most = new Map<string, number>();
        for (const { boot, amount } of list) most.set(boot, Math.max(amount, most.get(boot) ?? 0));
        expect(account.total('bot', '2026-11')).toBe([...most.values()].reduce((a, b) => a + b, 0));
      }),
    );
  });

  it('loses nothing of processes that are long gone', () => {
    const account = openBudgetAccount({});
    for (let n = 0; n < 1_000; n += 1) account.spend('bot', '2026-11', `boot ${n}`, 2);
    expect(account.total('bot', '2026-11')).toBe(2_000);
    expect(Object.keys(account.takeChanges()!.bot!['2026-11']!).length).toBeLessThan(300);
  });

  it('comes back from the disk, and a damaged file is told', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'budgets-'));
    const file = budgetFile(directory, 'production');
    const faults: unknown[] = [];
    const load = () => file.load((why) => faults.push(why));
    expect(await load()).toEqual({});
    await file.save({ bot: { '2026-11': { one: 5 } } });
    expect(await load()).toEqual({ bot: { '2026-11': { one: 5 } } });
    expect(faults).toEqual([]);
    const at = path.join(directory, 'budgets', 'production.json');
    await writeFile(at, (await readFile(at, 'utf8')).slice(0, -3));
    expect(await load()).toEqual({});
    expect(faults).toHaveLength(1);
    await rm(directory, { recursive: true });
  });
});
