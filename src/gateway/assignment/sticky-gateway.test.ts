import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sticky } from '../../core/routing/sticky.ts';
import type { ServiceRoute } from '../../core/routing/table.ts';
import { type Harness, startHarness, until } from '../testing/harness.ts';
import { startIssuer, type TestIssuer, type TestKey } from '../testing/issuer.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';

let harness: Harness;
let issuer: TestIssuer;
let key: TestKey;
let stable: TestUpstream;
let candidate: TestUpstream;
let seq: number;

beforeEach(async () => {
  seq = 0;
  issuer = await startIssuer();
  key = await issuer.addKey();
  const trusted = {
    name: 'corp',
    issuer: issuer.issuer,
    audience: ['tidegate'],
    keys: { from: 'discovery' as const },
    algorithms: ['ES256' as const],
    toleranceMs: 0,
    requires: {},
    keyClaim: 'sub',
    tierClaim: null,
    isForwarded: false,
  };
  [harness, stable, candidate] = await Promise.all([
    startHarness({ identity: { isRequired: false, issuers: [trusted] } }),
    startUpstream('stable'),
    startUpstream('candidate'),
  ]);
});
afterEach(async () => {
  await harness.remove();
  await Promise.all([stable.close(), candidate.close(), issuer.close()]);
});

const serve = (sticky: Sticky, share: number, change: Partial<ServiceRoute> = {}): Promise<void> => {
  seq += 1;
  const { readings } = candidateAt([]);
  const route = candidateAt([candidate.address], {
    share,
    stage: seq,
    readings: { ...readings, unit: 'key' },
  });
  return harness.push(
    tableWith(seq, [
      serviceWith({
        protocol: 'http',
        sticky,
        stable: stableAt(stable.address),
        candidate: route,
        ...change,
      }),
    ]),
  );
};

type Ask = (user: string) => Promise<string>;
const post = async (body: string | Buffer, headers: Record<string, string> = {}): Promise<string> =>
  (await harness.ask('/services/spam/x', { method: 'POST', body, headers })).body;
const byField: Ask = (user) => post(JSON.stringify({ text: 'x'.repeat(200), who: { id: user } }));
const byClaim: Ask = async (user) =>
  post('', { authorization: `Bearer ${await key.token({ sub: user, jti: String(Math.random()) })}` });
const byHeader: Ask = (user) => post('', { 'x-user': user });

describe.each<[string, Sticky, Ask]>([
  ['a field of the body', { by: 'field', name: '/who/id' }, byField],
  ['a claim of the token', { by: 'claim', name: 'sub' }, byClaim],
  [
    'a header behind two other sources',
    {
      by: 'claim',
      name: 'sub',
      otherwise: [
        { by: 'field', name: '/who/id' },
        { by: 'header', name: 'x-user' },
      ],
    },
    byHeader,
  ],
])('users that are known by %s', (_, sticky, ask) => {
  it('stay on their track, and are never moved back while the share grows', async () => {
    const users = Array.from({ length: 24 }, (_, n) => `user-${n}`);
    let before = new Set<string>();
    for (const share of [0.2, 0.6, 0.9]) {
      await serve(sticky, share);
      const now = new Set<string>();
      for (const user of users) {
        const answers = new Set([await ask(user), await ask(user), await ask(user)]);
        expect(answers.size).toBe(1);
        if (answers.has('candidate')) now.add(user);
      }
      expect([...before].filter((user) => !now.has(user))).toEqual([]);
      expect(now.size).toBeGreaterThan(before.size);
      before = now;
    }
  });
});

describe('a body too long to be kept', () => {
  it('gives its key where it begins, and travels on whole', async () => {
    let received = 0;
    const large = await startUpstream((_, res, body) => {
      received = body.length;
      res.end('large');
    });
    await serve({ by: 'field', name: '/user' }, 0.5, {
      stable: stableAt(large.address),
      candidate: candidateAt([large.address], { share: 0.5, rescue: false }),
    });
    const body = JSON.stringify({ user: 'alice', image: 'A'.repeat(3 * 1024 * 1024) });
    const places = new Set<unknown>();
    for (let n = 0; n < 6; n += 1) {
      const answer = await harness.ask('/services/spam/x', { method: 'POST', body });
      expect([answer.status, received]).toEqual([200, body.length]);
      places.add(answer.headers['tidegate-release']);
    }
    expect(places.size).toBe(1);
    await large.close();
  });
});

describe('the outcomes of users known by a claim', () => {
  it('are as many as there are users, whichever tokens they bring', async () => {
    await serve({ by: 'claim', name: 'sub' }, 0.5);
    for (let n = 0; n < 12; n += 1) await byClaim(`user-${n % 3}`);
    const counted = (): number =>
      harness.cohorts().reduce((sum, { keys }) => {
        const { stable: ofStable, candidate: ofCandidate } = keys?.errors ?? {};
        return sum + (ofStable?.started ?? 0) + (ofCandidate?.started ?? 0);
      }, 0);
    await until(() => counted() === 3);
  });
});
