import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Budget } from '../../core/limits/budget.ts';
import { type Limit, type Limits, UNLIMITED } from '../../core/limits/limits.ts';
import { until } from '../testing/harness.ts';
import { type Admission, type Admitted, openAdmission, type Pass } from './admission.ts';
import { bookingHere } from './booking.ts';
import { type Entry, openLimitBook } from './limit-book.ts';
import { type OpenLimits, openLimits } from './open-limits.ts';

const limits = (change: Partial<Limits>): Limits => ({
  total: UNLIMITED,
  services: {},
  keys: UNLIMITED,
  tiers: [],
  queue: { waiting: 0, waitMs: 1_000 },
  ...change,
});
const noBudgets = {
  open: (): never => {
    throw new Error('these limits have no budgets');
  },
  spent: () => null,
  spend() {},
};
const perSecond = (rate: number, burst = 1): Limit => ({
  rates: { requests: { perSecond: rate, burst } },
  inFlight: null,
});

describe('places that were left', () => {
  let atMs = 0;
  const booked: string[] = [];
  const open = (isAlone: () => boolean): Admission => {
    booked.length = 0;
    const here = bookingHere(openLimitBook(), () => atMs);
    return openAdmission({
      booking: {
        ...here,
        send(entries: readonly Entry[], then) {
          for (const entry of entries) booked.push(`${entry.do} ${entry.name}`);
          here.send(entries, then);
        },
      },
      budgets: noBudgets,
      nowMs: () => atMs,
      isAlone,
    });
  };
  const enter = (admission: Admission, own: Limits, key: string): Pass => {
    let pass: Pass | null = null;
    admission.admit(
      own,
      'spam',
      key,
      () => false,
      (admitted) => {
        if (admitted?.kind === 'pass') pass = admitted.pass;
      },
    );
    if (pass === null) throw new Error('not let in');
    return pass;
  };
  const own = limits({ keys: { rates: {}, inFlight: 64 } });

  it('are kept for the next request where nobody else wants them, until they are given back', () => {
    const admission = open(() => true);
    enter(admission, own, 'a').leave();
    enter(admission, own, 'a').leave();
    expect(booked).toEqual(['enter key a in-flight']);
    admission.tick();
    expect(booked).toEqual(['enter key a in-flight', 'leave key a in-flight']);
    // Of a small bound none is kept.
    enter(admission, limits({ keys: { rates: {}, inFlight: 8 } }), 'b').leave();
    expect(booked.slice(2)).toEqual(['enter key b in-flight', 'leave key b in-flight']);
  });

  it('go back at once where others use the book, also when that begins in between', () => {
    let isAlone = true;
    const admission = open(() => isAlone);
    const pass = enter(admission, own, 'a');
    isAlone = false;
    pass.leave();
    expect(booked).toEqual(['enter key a in-flight', 'leave key a in-flight']);
  });

  it('go back of a caller that was forgotten meanwhile', () => {
    const admission = open(() => true);
    const long = enter(admission, own, 'long');
    for (let n = 0; n <= 10_000; n += 1) enter(admission, own, `other-${n}`).leave();
    atMs += 61_000;
    admission.tick();
    booked.length = 0;
    long.leave();
    expect(booked).toEqual(['leave key long in-flight']);
  });
});

describe('a process that keeps the book itself', () => {
  let atMs = 0;
  let admission: Admission;
  beforeEach(() => {
    atMs = 0;
    admission = openAdmission({
      booking: bookingHere(openLimitBook(), () => atMs),
      budgets: noBudgets,
      nowMs: () => atMs,
    });
  });
  afterEach(() => admission.close());
  const ask = (
    own: Limits,
    { service = 'spam', key = null as string | null, isGone = (): boolean => false } = {},
  ) => {
    const heard: (Admitted | null)[] = [];
    admission.admit(own, service, key, isGone, (admitted) => heard.push(admitted));
    return heard;
  };
  const pass = ([first]: (Admitted | null)[]): Pass => {
    if (first?.kind !== 'pass') throw new Error(JSON.stringify(first));
    return first.pass;
  };

  it('goes on with the others when what comes after an admission throws', async () => {
    const own = limits({ total: { rates: {}, inFlight: 1 }, queue: { waiting: 5, waitMs: 1_000 } });
    const thrown: unknown[] = [];
    const hear = (error: unknown): void => void thrown.push(error);
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', hear);
    try {
      const first = ask(own);
      admission.admit(
        own,
        'spam',
        null,
        () => false,
        () => {
          throw new Error('from behind');
        },
      );
      const third = ask(own);
      pass(first).leave();
      await until(() => thrown.length > 0);
      expect(String(thrown[0])).toContain('from behind');
      // Whoever threw keeps its place until its request is ended; the line is not stuck.
      atMs += 2_000;
      await until(() => third.length > 0);
      expect(ask(limits({}))).toEqual([null]);
    } finally {
      process.off('uncaughtException', hear);
      for (const one of others) process.on('uncaughtException', one);
    }
  });

  it('lets everybody in without a pass where nothing is limited', () => {
    expect(ask(limits({}))).toEqual([null]);
    expect(ask(limits({ services: { other: perSecond(1) } }))).toEqual([null]);
  });

  it('refuses what is over the rate, with the time until it is not', () => {
    const own = limits({ keys: perSecond(2, 3) });
    for (let n = 0; n < 3; n += 1) pass(ask(own, { key: 'a' }));
    expect(ask(own, { key: 'a' })).toEqual([{ kind: 'limited', limit: 'key a requests', retryMs: 500 }]);
    pass(ask(own, { key: 'b' }));
    atMs = 500;
    pass(ask(own, { key: 'a' }));
    expect(admission.counts().limited).toBe(1);
  });

  it('counts each key of a tier by itself and under the limit of the tier', () => {
    const own = limits({
      keys: perSecond(1, 1),
      tiers: [{ name: 'gold', keys: ['g', 'h'], limit: perSecond(1, 4) }],
    });
    for (let n = 0; n < 4; n += 1) pass(ask(own, { key: 'g' }));
    expect(ask(own, { key: 'g' })[0]?.kind).toBe('limited');
    pass(ask(own, { key: 'h' }));
    pass(ask(own, { key: 'x' }));
    expect(ask(own, { key: 'x' })[0]?.kind).toBe('limited');
  });

  it('takes no token of one limit from a request that another refuses', () => {
    const own = limits({ total: perSecond(1, 1), keys: perSecond(1, 2) });
    pass(ask(own, { key: 'a' }));
    expect(ask(own, { key: 'a' })[0]).toMatchObject({ kind: 'limited', limit: 'total requests' });
    atMs = 1_000;
    pass(ask(own, { key: 'a' }));
    atMs = 2_000;
    pass(ask(own, { key: 'a' }));
  });

  it('waits for what the answers have used to be paid', () => {
    const tokens = { rates: { tokens: { perSecond: 100, burst: 100 } }, inFlight: null };
    const own = limits({ keys: tokens });
    const first = pass(ask(own, { key: 'a' }));
    first.charge({ tokens: 350 });
    atMs = 101;
    const [refused] = ask(own, { key: 'a' });
    expect(refused).toMatchObject({ kind: 'limited', limit: 'key a tokens' });
    expect((refused as { retryMs: number }).retryMs).toBeCloseTo(2_399, 0);
    atMs = 2_600;
    pass(ask(own, { key: 'a' }));
  });

  it('works on so many at once, lets so many wait in turn, and refuses the rest', () => {
    const own = limits({ total: { rates: {}, inFlight: 2 }, queue: { waiting: 2, waitMs: 1_000 } });
    const first = pass(ask(own));
    pass(ask(own));
    const third = ask(own);
    const fourth = ask(own);
    expect([third, fourth]).toEqual([[], []]);
    expect(ask(own)).toEqual([{ kind: 'overloaded', limit: 'total in-flight' }]);
    first.leave();
    expect([third.length, fourth.length]).toEqual([1, 0]);
    pass(third).leave();
    expect(fourth.length).toBe(1);
    expect(admission.counts()).toMatchObject({ waiting: 0, limited: 0, overloaded: 1 });
  });

  it('gives no place to a client that has left the line', () => {
    const own = limits({ total: { rates: {}, inFlight: 1 }, queue: { waiting: 5, waitMs: 1_000 } });
    const first = pass(ask(own));
    let hasLeft = false;
    const second = ask(own, { isGone: () => hasLeft });
    const third = ask(own);
    hasLeft = true;
    first.leave();
    expect(second).toEqual([null]);
    pass(third);
  });

  it('refuses whoever has waited too long', async () => {
    const own = limits({ total: { rates: {}, inFlight: 1 }, queue: { waiting: 5, waitMs: 1_000 } });
    pass(ask(own));
    const second = ask(own);
    atMs = 1_000;
    await until(() => second.length > 0, 5_000);
    expect(second[0]?.kind).toBe('overloaded');
  });

  it('has every place back in the end, whatever happened', () => {
    const own = limits({ total: { rates: {}, inFlight: 3 }, queue: { waiting: 3, waitMs: 100 } });
    let seed = 7;
    const chance = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const passes: Pass[] = [];
    let inside = 0;
    let most = 0;
    for (let step = 0; step < 3_000; step += 1) {
      atMs += chance() * 30;
      if (chance() < 0.6)
        admission.admit(
          own,
          'spam',
          null,
          () => chance() < 0.1,
          (admitted) => {
            if (admitted?.kind !== 'pass') return;
            inside += 1;
            most = Math.max(most, inside);
            passes.push(admitted.pass);
          },
        );
      else if (passes.length > 0) {
        inside -= 1;
        passes.splice(Math.floor(chance() * passes.length), 1)[0]!.leave();
      }
      admission.tick();
    }
    expect(most).toBe(3);
    for (let pass = passes.pop(); pass !== undefined; pass = passes.pop()) pass.leave();
  });

  it('forgets callers that come no more, for there is no end of them, and holds the others to their limits', () => {
    const own = limits({ keys: perSecond(0.001, 2) });
    for (let n = 0; n < 10_050; n += 1) ask(own, { key: `token ${n}` });
    expect(admission.counts().kinds).toBe(10_050);
    ask(own, { key: 'app' });
    admission.tick();
    expect(admission.counts().kinds).toBe(0);
    expect(ask(own, { key: 'app' })).toMatchObject([{ kind: 'pass' }]);
    expect(ask(own, { key: 'app' })).toMatchObject([{ kind: 'limited' }]);
  });
});

describe('several processes of an environment', () => {
  let directory: string;
  const open: OpenLimits[] = [];
  const troubles: string[] = [];
  let boots = 0;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'limits-'));
    troubles.length = 0;
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
    await rm(directory, { recursive: true });
  });
  const start = async (process: number, processes: number): Promise<OpenLimits> => {
    const onTrouble = (what: string): void => void troubles.push(what);
    const one = await openLimits({
      environment: 'production',
      directory,
      stateDir: directory,
      boot: `boot-${++boots}`,
      process,
      processes,
      onTrouble,
      onBudget() {},
    });
    open.push(one);
    return one;
  };
  const ask = (one: OpenLimits, own: Limits): Promise<Admitted | null> =>
    new Promise((resolve) => one.admit(own, 'spam', 'a', () => false, resolve));

  /** Asks every process in turn for a while; how many were let in. */
  const letIn = async (processes: OpenLimits[], own: Limits, times: number): Promise<number> => {
    const all: Promise<Admitted | null>[] = [];
    for (let n = 0; n < times; n += 1) for (const one of processes) all.push(ask(one, own));
    const heard = await Promise.all(all);
    return heard.filter((one) => one?.kind === 'pass').length;
  };

  it('let in together what one alone would', async () => {
    const own = limits({ keys: perSecond(0.001, 60) });
    const three = [await start(0, 3), await start(1, 3), await start(2, 3)];
    await until(
      async () => (await ask(three[1]!, limits({ total: perSecond(1_000, 1_000) })))?.kind === 'pass',
      5_000,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await letIn(three, own, 100)).toBe(60);
  });

  it('work together on so many requests at once, and have the places of one back that died', async () => {
    const own = limits({ total: { rates: {}, inFlight: 4 }, queue: { waiting: 0, waitMs: 100 } });
    const three = [await start(0, 3), await start(1, 3), await start(2, 3)];
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await letIn([three[1]!], own, 5)).toBe(4);
    expect(await letIn([three[0]!, three[2]!], own, 5)).toBe(0);
    await three[1]!.close();
    open.splice(1, 1);
    await until(async () => (await ask(three[2]!, own))?.kind === 'pass', 5_000);
  });

  it('keep to their parts while the keeper is gone, and find it again', async () => {
    const own = limits({ keys: perSecond(0.001, 30) });
    const alone = await start(1, 3);
    expect(await letIn([alone], own, 50)).toBe(10);
    await until(() => troubles.length === 1, 5_000);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(await letIn([alone], own, 50)).toBe(0);
    await start(0, 3);
    await until(async () => (await ask(alone, own))?.kind === 'pass', 5_000);
  });

  const monthly: Budget = {
    name: 'month',
    of: { scope: 'total' },
    unit: 'usd',
    amount: 1_000,
    per: 'month',
    zone: 'UTC',
    atPercent: [80],
    action: 'stop',
  };
  const spendOne = async (one: OpenLimits, own: Limits, usd: number): Promise<boolean> => {
    const admitted = await ask(one, own);
    if (admitted?.kind !== 'pass') return false;
    admitted.pass.charge({ usd });
    admitted.pass.leave();
    return true;
  };
  const ticking = (): NodeJS.Timeout =>
    setInterval(() => {
      for (const one of open) one.tick();
    }, 20);

  it('pay from one budget, which the keeper’s restart and that of all of them do not forget', async () => {
    const own = limits({ budgets: [monthly] });
    const timer = ticking();
    try {
      let three = [await start(0, 3), await start(1, 3), await start(2, 3)];
      const follow = (): void => {
        for (const one of three) one.follow(own);
      };
      const spentAt = (one: OpenLimits): number => one.standings()[0]!.spent;
      follow();
      for (const one of three) expect(await spendOne(one, own, 300)).toBe(true);
      await until(() => three.every((one) => spentAt(one) === 900));
      // The keeper dies, and comes back.
      await three[0]!.close();
      open.splice(0, 1);
      three[0] = await start(0, 3);
      follow();
      await until(() => spentAt(three[0]!) === 900);
      expect(await spendOne(three[2]!, own, 150)).toBe(true);
      await until(() => three.every((one) => spentAt(one) === 1_050));
      expect(await ask(three[1]!, own)).toMatchObject({ kind: 'spent', limit: 'month' });
      // The machine is started anew.
      await Promise.all(open.splice(0).map((one) => one.close()));
      three = [await start(0, 3), await start(1, 3), await start(2, 3)];
      for (const one of three) expect(await ask(one, own)).toMatchObject({ kind: 'spent' });
      // More money.
      const more = limits({ budgets: [{ ...monthly, amount: 2_000 }] });
      expect(await spendOne(three[1]!, more, 1)).toBe(true);
    } finally {
      clearInterval(timer);
    }
  });

  it('each spend a part of what is left of a budget while the keeper is gone', async () => {
    const own = limits({ budgets: [monthly] });
    const alone = await start(1, 4);
    const timer = ticking();
    try {
      alone.follow(own);
      let spent = 0;
      for (let n = 0; n < 30; n += 1) {
        if (await spendOne(alone, own, 50)) spent += 50;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      // A quarter of it, and what was let in before it was clear that the keeper is gone.
      expect(spent).toBeGreaterThanOrEqual(250);
      expect(spent).toBeLessThanOrEqual(350);
    } finally {
      clearInterval(timer);
    }
  });
});
