import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Audience } from '../../core/audience/audience.ts';
import type { CandidateRoute, ServiceRoute } from '../../core/routing/table.ts';
import { type Harness, startHarness, until } from '../testing/harness.ts';
import { startIssuer } from '../testing/issuer.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';

let harness: Harness;
let stable: TestUpstream;
let candidate: TestUpstream;
let seq: number;

beforeEach(async () => {
  seq = 0;
  [harness, stable, candidate] = await Promise.all([
    startHarness(),
    startUpstream('stable'),
    startUpstream('candidate'),
  ]);
});
afterEach(async () => {
  await harness.remove();
  await Promise.all([stable.close(), candidate.close()]);
});

const ring: Audience = { type: 'header', name: 'x-ring', values: ['beta'] };

const serve = (change: Partial<CandidateRoute>, more: Partial<ServiceRoute> = {}): Promise<void> => {
  seq += 1;
  return harness.push(
    tableWith(seq, [
      serviceWith({
        protocol: 'http',
        stable: stableAt(stable.address),
        candidate: candidateAt([candidate.address], { audience: ring, stage: seq, ...change }),
        ...more,
      }),
    ]),
  );
};
const ask = async (from: string | null, user = 'u'): Promise<string> => {
  const headers: Record<string, string> = { 'x-user': user };
  if (from !== null) headers['x-ring'] = from;
  return (await harness.ask('/services/spam/x', { headers })).body;
};
const started = (of: 'guards' | 'keys' = 'guards'): number =>
  harness.cohorts().reduce((sum, cohort) => {
    const errors = cohort[of]?.errors;
    return sum + (errors?.stable.started ?? 0) + (errors?.candidate.started ?? 0);
  }, 0);

describe('an audience of a candidate', () => {
  it('alone gets it, is split by the share, and is all of the evidence', async () => {
    await serve({ share: 0.5 });
    const inside: string[] = [];
    for (let n = 0; n < 60; n += 1) {
      inside.push(await ask('beta'));
      for (const from of [null, 'alpha', 'Beta']) expect(await ask(from)).toBe('stable');
    }
    expect(inside.filter((answer) => answer === 'candidate').length).toBeGreaterThan(10);
    expect(inside.filter((answer) => answer === 'stable').length).toBeGreaterThan(10);
    await until(() => started() === 60);
    const outside = () =>
      harness
        .traffic()
        // Nobody is assigned to copies; whether their row was sent already depends on when the frames went.
        .filter(({ track }) => track !== 'shadow')
        .map(({ track, outside }) => [track, outside] as const)
        .sort();
    await until(() => JSON.stringify(outside()) === '[["candidate",0],["stable",180]]');
    await harness.stop();
    const directory = path.join(harness.logDir, 'production');
    const [file] = await readdir(directory);
    const lines = (await readFile(path.join(directory, file!), 'utf8')).trim().split('\n');
    const shares = lines.map((line) => (JSON.parse(line) as { share: number }).share);
    expect(shares.filter((share) => share === 0).length).toBe(180);
  });

  it('is the one whose requests are copied', async () => {
    await serve({ share: 0, mirrorShare: 1 });
    for (let n = 0; n < 5; n += 1)
      for (const from of [null, 'beta'])
        await harness.ask('/services/spam/x', { headers: from === null ? {} : { 'x-ring': from } });
    await until(() => candidate.requests === 5);
    await until(() => started() === 5);
    expect(stable.requests).toBe(10);
  });

  it('counts its users once each, and nobody else’s', async () => {
    const { readings } = candidateAt([]);
    await serve(
      { share: 0.5, readings: { ...readings, unit: 'key' } },
      { sticky: { by: 'header', name: 'x-user' } },
    );
    for (let n = 0; n < 40; n += 1) {
      await ask('beta', `in-${n % 8}`);
      await ask(null, `out-${n % 8}`);
    }
    await until(() => started('keys') === 8 && started() === 40);
  });

  it('may only grow without anybody being moved back', async () => {
    const users = Array.from({ length: 16 }, (_, n) => `user-${n}`);
    const sticky = { sticky: { by: 'header' as const, name: 'x-user' } };
    const having = async (from: string): Promise<string[]> => {
      const found: string[] = [];
      for (const user of users) if ((await ask(from, user)) === 'candidate') found.push(user);
      return found;
    };
    await serve({ share: 0.5 }, sticky);
    const before = await having('beta');
    expect(await having('staff')).toEqual([]);
    await serve({ share: 0.5, audience: { ...ring, values: ['beta', 'staff'] } as Audience }, sticky);
    expect(await having('beta')).toEqual(before);
    expect(await having('staff')).toEqual(before);
    expect(await having('nobody')).toEqual([]);
  });

  it('is everybody where there is no stable release to answer the others', async () => {
    await serve({ share: 1 }, { stable: null });
    expect(await ask(null)).toBe('candidate');
  });

  it('does not make the candidate fail for others: they are rescued by nobody because they never meet it', async () => {
    await candidate.close();
    await serve({ share: 1 });
    for (let n = 0; n < 5; n += 1) expect(await ask(null)).toBe('stable');
    await until(() => harness.traffic().some(({ track, answered }) => track === 'stable' && answered === 5));
    expect(harness.trips).toEqual([]);
    expect(started()).toBe(0);
  });
});

describe('an audience of callers with tokens', () => {
  it('is known by their claims, or by a part of their key ids', async () => {
    const issuer = await startIssuer();
    const key = await issuer.addKey();
    await harness.remove();
    harness = await startHarness({
      identity: {
        isRequired: false,
        issuers: [
          {
            name: 'corp',
            issuer: issuer.issuer,
            audience: ['tidegate'],
            keys: { from: 'discovery' },
            algorithms: ['ES256'],
            toleranceMs: 0,
            requires: {},
            keyClaim: 'sub',
            tierClaim: null,
            isForwarded: false,
          },
        ],
      },
    });
    const askAs = async (claims: Record<string, unknown>): Promise<string> => {
      const headers = { authorization: `Bearer ${await key.token(claims)}` };
      return (await harness.ask('/services/spam/x', { headers })).body;
    };
    // Nearly all of it: a share of 1 has no control.
    await serve({ share: 0.999999, audience: { type: 'claim', name: 'groups', values: ['ml'] } });
    expect(await askAs({ groups: ['ops', 'ml'] })).toBe('candidate');
    expect(await askAs({ groups: ['ops'] })).toBe('stable');
    expect(await ask(null)).toBe('stable');

    await serve({ share: 0.999999, audience: { type: 'key-share', share: 0.5 } });
    const users = Array.from({ length: 30 }, (_, n) => `user-${n}`);
    const first: string[] = [];
    for (const sub of users) first.push(await askAs({ sub }));
    for (const [n, sub] of users.entries()) expect(await askAs({ sub })).toBe(first[n]);
    expect(new Set(first)).toEqual(new Set(['stable', 'candidate']));
    expect(await ask(null)).toBe('stable');
    await issuer.close();
  });
});
