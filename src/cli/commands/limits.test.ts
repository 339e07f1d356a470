import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveDemo } from '../../api/testing/ship-demo.ts';
import type { BudgetStanding } from '../../core/limits/budget.ts';
import { type CliProject, openCliProject } from '../testing/open-cli-project.ts';

let cli: CliProject;
beforeEach(async () => {
  cli = await openCliProject();
  await serveDemo(cli.api, '1.0.0', 'production');
});
afterEach(() => cli.close());

const set = async (text: string) => {
  await writeFile(join(cli.project, 'limits.yaml'), text);
  return cli.run(['limits', 'set', 'limits.yaml', '--env', 'production']);
};
const tell = (seq: number, ...budgets: BudgetStanding[]): void =>
  cli.api.gateways.deliverFrame('boot-production', {
    type: 'frame',
    seq,
    atMs: Date.now(),
    cohorts: [],
    traffic: [],
    budgets,
  });
const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  const endsAtMs = Date.now() + 5_000;
  while (!(await isSo())) {
    if (Date.now() > endsAtMs) throw new Error('it never became so');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
const file = [
  'keys: { usd: 10/h }',
  'tiers: [{ name: gold, keys: [app], requests: 9/s }]',
  'budgets:',
  '  - { name: everything, usd: 5000, per: month, zone: Europe/Berlin }',
  '  - { name: bot, of: { service: demo }, usd: 0.5, per: day, atPercent: [100, 50], action: stop }',
  '  - { name: gold, of: { tier: gold }, tokens: 2000000, per: day }',
].join('\n');
const standing: BudgetStanding = {
  budget: 'bot',
  period: '2026-11-21',
  endsAtMs: Date.parse('2026-11-22T00:00:00Z'),
  unit: 'usd',
  spent: 260_000_000,
};

describe('money in limits', () => {
  it('reaches the gateways in nano-dollars', async () => {
    const { code, out } = await set(file);
    expect(code).toBe(0);
    expect(out).toMatch(/each other key +usd +10\/h +1$/m);
    const table = cli.api.gateways.pushed.findLast(({ environment }) => environment === 'production')!;
    expect(table.limits!.keys.rates.usd).toEqual({ perSecond: 1e10 / 3600, burst: 1e9 });
    expect(table.limits!.budgets).toEqual([
      {
        name: 'everything',
        of: { scope: 'total' },
        unit: 'usd',
        amount: 5_000_000_000_000,
        per: 'month',
        zone: 'Europe/Berlin',
        atPercent: [80, 100],
        action: 'warn',
      },
      {
        name: 'bot',
        of: { scope: 'service', name: 'demo' },
        unit: 'usd',
        amount: 500_000_000,
        per: 'day',
        zone: 'UTC',
        atPercent: [50, 100],
        action: 'stop',
      },
      expect.objectContaining({
        name: 'gold',
        of: { scope: 'tier', name: 'gold' },
        unit: 'tokens',
        amount: 2_000_000,
      }),
    ]);
  });

  it('shows how far budgets are spent, and records each mark once, whoever tells it how often', async () => {
    await set(file);
    tell(1, standing);
    tell(2, { ...standing, spent: 270_000_000 });
    // A process that has not heard of the others yet.
    tell(3, { ...standing, spent: 10 });
    const records = async () =>
      (await cli.api.client.events({ limit: 100 })).filter(({ type }) => type === 'budget.reached');
    await until(async () => (await records()).length === 1);
    tell(4, { ...standing, spent: 600_000_000 });
    await until(async () => (await records()).length === 2);
    expect((await records()).map(({ data }) => data)).toMatchObject([
      {
        environment: 'production',
        budget: 'bot',
        period: '2026-11-21',
        percent: 100,
        spent: 600_000_000,
        action: 'stop',
      },
      { percent: 50, spent: 260_000_000 },
    ]);
    expect((await cli.run(['audit'])).out).toContain('budget bot of production: 100 % spent');
    const { out } = await cli.run(['limits', '--env', 'production']);
    expect(out).toMatch(
      /everything +everything +\$5,000\.00 a month +\? +tells at 80, 100 % +Europe\/Berlin/,
    );
    expect(out).toMatch(
      /bot +service demo +\$0\.50 a day +\$0\.60 \(120 %\) +\S.*stops at 100 %, tells at 50, 100 % +UTC/,
    );
    expect(out).toMatch(/gold +tier gold +2,000,000 tokens a day/);
  });

  it.each([
    ['budgets: [{ name: a, per: day }]', 'one of usd and tokens'],
    ['budgets: [{ name: a, usd: 1, tokens: 1, per: day }]', 'one of usd and tokens'],
    ['budgets: [{ name: a, usd: 0, per: day }]', 'nothing in'],
    ['budgets: [{ name: a, usd: 1, per: week }]', 'day, month'],
    ['budgets: [{ name: a, usd: 1, per: day, zone: Berlin }]', 'time zone'],
    ['budgets: [{ name: a, usd: 1, per: day, of: { service: x, key: y } }]', 'one of service, key and tier'],
    ['budgets: [{ name: a, usd: 1, per: day, of: { tier: none } }]', 'no tier named none'],
    ['budgets: [{ name: a, usd: 1, per: day }, { name: a, usd: 2, per: day }]', 'another budget named a'],
    ['keys: { usd: 10 }', 'needs its time'],
  ])('%s is refused', async (text, why) => {
    const { code, err } = await set(text);
    expect(code).toBe(2);
    expect(err).toContain(why);
  });
});
