import { createHash, createHmac } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type CryptoKey, exportSPKI, importJWK } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UNLIMITED } from '../../core/limits/limits.ts';
import type { RouteTable } from '../../core/routing/table.ts';
import type { TrustedIssuer } from '../../core/routing/trusted-issuer.ts';
import { type Answer, type Harness, startHarness, until } from '../testing/harness.ts';
import { startIssuer, type TestIssuer, type TestKey } from '../testing/issuer.ts';
import { serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';

let issuer: TestIssuer;
let key: TestKey;
let upstream: TestUpstream;
let harness: Harness | null;
const seen: Record<string, string | string[] | undefined>[] = [];

beforeEach(async () => {
  harness = null;
  seen.length = 0;
  issuer = await startIssuer();
  key = await issuer.addKey();
  upstream = await startUpstream((req, res) => {
    seen.push(req.headers);
    res.end('answered');
  });
});
afterEach(async () => {
  await harness?.remove();
  await upstream.close();
  await issuer.close();
});

const trusted = (change: Partial<TrustedIssuer> = {}): TrustedIssuer => ({
  name: 'corp',
  issuer: issuer.issuer,
  audience: ['tidegate'],
  keys: { from: 'discovery' },
  algorithms: ['RS256', 'ES256'],
  toleranceMs: 5_000,
  requires: {},
  keyClaim: 'sub',
  tierClaim: null,
  isForwarded: false,
  ...change,
});

interface Setting {
  readonly change?: Partial<TrustedIssuer>;
  readonly isRequired?: boolean;
  readonly table?: Partial<RouteTable>;
  readonly refreshMs?: number;
  readonly coolDownMs?: number;
}

/** A gateway that trusts the issuer and has its keys. */
async function open({
  change,
  isRequired = true,
  table,
  refreshMs = 60_000,
  coolDownMs = 60_000,
}: Setting = {}) {
  const before = issuer.keyRequests;
  const opened = await startHarness({
    identity: { isRequired, issuers: [trusted(change)] },
    settings: { issuerKeys: { refreshMs, coolDownMs, retryMs: 20, withinMs: 300 } },
  });
  harness = opened;
  await opened.push(
    tableWith(1, [serviceWith({ protocol: 'http', stable: stableAt(upstream.address) })], table),
  );
  if (issuer.mode === 'well' && change?.keys === undefined) await until(() => issuer.keyRequests > before);
  return opened;
}

const ask = (token: string | null, headers: Record<string, string> = {}): Promise<Answer> =>
  harness!.ask('/services/spam/x', {
    headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...headers },
  });

const challenge = ({ headers }: Answer): string => String(headers['www-authenticate']);

/** Text of every file that the gateway has written. */
async function written(directory: string): Promise<string> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFile(path.join(file.parentPath, file.name), 'utf8'));
  return (await Promise.all(texts)).join('\n');
}

describe('tokens in the place of API keys', () => {
  it('let in whoever holds a good one, under the name that it says, and keep it from the service', async () => {
    const opened = await open();
    const token = await key.token();
    for (let n = 0; n < 3; n += 1) expect((await ask(token)).status).toBe(200);
    expect((await ask(null, { 'x-api-key': token })).status).toBe(200);
    for (const headers of seen) {
      expect(headers.authorization).toBeUndefined();
      expect(headers['x-api-key']).toBeUndefined();
    }
    await opened.stop();
    const lines = await written(opened.logDir);
    expect(lines.match(/"key":"corp:alice"/g)).toHaveLength(4);
    expect(await written(opened.directory)).not.toContain(token.slice(-40));
  });

  it('stand beside API keys, and refuse those who bring neither', async () => {
    const sha256 = createHash('sha256').update('a key of ours').digest('hex');
    await open({ table: { apiKeys: { required: true, keys: [{ id: 'batch', sha256 }] } } });
    expect((await ask(await key.token())).status).toBe(200);
    expect((await ask('a key of ours')).status).toBe(200);
    expect((await ask(null, { 'x-api-key': 'a key of ours' })).status).toBe(200);
    const nobody = await ask(null);
    expect([nobody.status, challenge(nobody)]).toEqual([401, 'Bearer']);
    expect((await ask('made up')).status).toBe(401);
  });

  it('travel on where the service is to have them, or where they are for somebody else', async () => {
    await open({ change: { isForwarded: true }, isRequired: false });
    const ours = await key.token();
    expect((await ask(ours)).status).toBe(200);
    const theirs = await key.token({ iss: 'https://login.example.org' });
    expect((await ask(theirs)).status).toBe(200);
    expect(seen.map(({ authorization }) => authorization)).toEqual([`Bearer ${ours}`, `Bearer ${theirs}`]);
    // One of an issuer that is trusted must be good even where nobody needs any.
    expect((await ask(await key.token({ aud: 'others' }))).status).toBe(401);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['has expired', { exp: 1_000 }, 'The token has expired.'],
    ['never expires', { exp: undefined }, 'The token cannot be read.'],
    ['is not valid yet', { nbf: 4_000_000_000 }, 'The token is not valid yet.'],
    ['is for another audience', { aud: ['others'] }, 'The token was made for another audience.'],
    ['has no audience', { aud: undefined }, 'The token was made for another audience.'],
    ['is of another issuer', { iss: 'https://evil.example' }, 'Tokens of this issuer are not taken here.'],
    ['names nobody', { sub: undefined }, 'The token does not say who is asking.'],
    ['names somebody in two words', { sub: 'alice cooper' }, 'The token does not say who is asking.'],
    ['names somebody at great length', { sub: 'a'.repeat(1_000) }, 'The token does not say who is asking.'],
  ])('are refused when one %s', async (_, claims, description) => {
    const opened = await open();
    const token = await key.token(claims);
    const answer = await ask(token);
    expect(answer.status).toBe(401);
    expect(challenge(answer)).toBe(`Bearer error="invalid_token", error_description="${description}"`);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'token-refused', detail: description });
    expect(upstream.requests).toBe(0);
    await opened.stop();
    expect(await written(opened.directory)).not.toContain(token.slice(-40));
  });

  it('must have what is demanded of them; without it the answer is that this is not permitted', async () => {
    await open({ change: { requires: { groups: ['ml', 'ops'], scope: ['models'] } } });
    expect((await ask(await key.token({ groups: ['ops'], scope: 'openid models' }))).status).toBe(200);
    const answer = await ask(await key.token({ groups: ['sales'], scope: 'models' }));
    expect(answer.status).toBe(403);
    expect(challenge(answer)).toContain('error="insufficient_scope"');
    expect((await ask(await key.token({ groups: ['ml'] }))).status).toBe(403);
  });

  it('cannot choose how they are verified', async () => {
    const rsa = await issuer.addKey({ alg: 'RS256' });
    const other = await issuer.addKey({ alg: 'ES384' });
    await open();
    const none = `${part({ alg: 'none' })}.${(await key.token()).split('.')[1]}.`;
    const claims = (await key.token()).split('.')[1]!;
    const signedWith = (secret: string | Buffer, header: object): string => {
      const head = `${part(header)}.${claims}`;
      return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
    };
    const spki = await exportSPKI((await importJWK(rsa.publicJwk, 'RS256')) as CryptoKey);
    const modulus = Buffer.from(rsa.publicJwk.n!, 'base64url');
    const forged = [
      none,
      `${none.slice(0, -1)}.AAAA`,
      // The public key as if it were a shared secret.
      signedWith(spki, { alg: 'HS256', kid: rsa.kid }),
      signedWith(modulus, { alg: 'HS256', kid: rsa.kid }),
      signedWith(spki, { alg: 'RS256', kid: rsa.kid }),
      signedWith(spki, { alg: 'ES256', kid: key.kid }),
      // A key of its own, brought along.
      await (await issuer.addKey({ isPublished: false })).token({}, { jwk: key.publicJwk, kid: key.kid }),
      await (await issuer.addKey({ isPublished: false })).token(
        {},
        { jku: `${issuer.issuer}/keys`, kid: key.kid },
      ),
      // Good, but not on the list.
      await other.token(),
      // Another type of key than the header says.
      await key.token({}, { kid: rsa.kid }),
    ];
    for (const token of forged) expect((await ask(token)).status).toBe(401);
    expect(upstream.requests).toBe(0);
    expect((await ask(await rsa.token())).status).toBe(200);
  });

  it('are refused with a changed claim, a cut signature, or another’s signature', async () => {
    await open();
    const token = await key.token();
    expect((await ask(token)).status).toBe(200);
    const [head, , signature] = token.split('.') as [string, string, string];
    const other = (await key.token({ sub: 'root' })).split('.')[1]!;
    for (const bad of [`${head}.${other}.${signature}`, token.slice(0, -3), `${head}.${other}.`])
      expect(challenge(await ask(bad))).toContain('invalid_token');
    const stranger = await startIssuer();
    const strange = await stranger.addKey();
    expect((await ask(await strange.token({ iss: issuer.issuer }, { kid: key.kid }))).status).toBe(401);
    await stranger.close();
  });

  it('stop at 8 kB, and odd ones at once', async () => {
    await open();
    const huge = await key.token({ padding: 'x'.repeat(9_000) });
    expect(challenge(await ask(huge))).toContain('longer than 8192');
    const long = await key.token({ padding: 'x'.repeat(5_000) });
    expect((await ask(long)).status).toBe(200);
    for (const odd of [
      'ey.ey.ey',
      'eyJ9..',
      `${part([])}.${part({})}.x`,
      `${part({})}.${part(null)}.x`,
      `ey${'a.'.repeat(2_000)}`,
    ])
      expect((await ask(odd)).status).toBe(401);
  });
});

describe('the keys of an issuer', () => {
  it('are asked for again, once, when a token names one that is not known', async () => {
    await open();
    const next = await issuer.addKey();
    const asked = issuer.keyRequests;
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, n) => next.token({ sub: `user-${n}` })));
    const answers = await Promise.all(tokens.map((token) => ask(token)));
    expect(answers.map(({ status }) => status)).toEqual(new Array(20).fill(200));
    expect(issuer.keyRequests).toBe(asked + 1);
  });

  it('are not asked for at the rate at which strangers make up names', async () => {
    await open();
    const good = await key.token();
    const stranger = await issuer.addKey({ isPublished: false });
    const asked = issuer.keyRequests;
    const statuses = new Set<number>();
    for (let n = 0; n < 50; n += 1) {
      const answers = await Promise.all([
        ask(await stranger.token({}, { kid: `made-up-${n}` })),
        ask(await stranger.token({}, { kid: `invented-${n}` })),
      ]);
      for (const { status } of answers) statuses.add(status);
    }
    expect([...statuses]).toEqual([401]);
    expect(issuer.keyRequests).toBe(asked + 1);
    expect((await ask(good)).status).toBe(200);
  });

  it('count on while the issuer is down, and are taken up again when it is back', async () => {
    const opened = await open({ refreshMs: 30, coolDownMs: 0 });
    issuer.mode = 'down';
    await until(() => opened.complaints.some(({ message }) => message.includes('go on counting')));
    expect((await ask(await key.token())).status).toBe(200);
    const next = await issuer.addKey();
    expect((await ask(await next.token())).status).toBe(401);
    issuer.mode = 'well';
    await until(async () => (await ask(await next.token())).status === 200);
  });

  it('that are taken back take their tokens with them, seen before or not', async () => {
    await open({ refreshMs: 20 });
    const next = await issuer.addKey();
    const token = await key.token();
    expect((await ask(token)).status).toBe(200);
    issuer.published = [next.publicJwk];
    await until(async () => (await ask(token)).status === 401);
    expect((await ask(await next.token())).status).toBe(200);
  });

  it.each(['down', 'hangs', 'endless'] as const)(
    'are waited for by nobody for long when the issuer is %s; it is no fault of the token then',
    async (mode) => {
      issuer.mode = mode;
      const opened = await open({ coolDownMs: 0 });
      const answer = await ask(await key.token());
      expect(answer.status).toBe(503);
      expect(JSON.parse(answer.body).code).toBe('tokens-unverifiable');
      expect(answer.headers['retry-after']).toBe('1');
      expect(opened.complaints.filter(({ message }) => message.includes('cannot be had'))).toHaveLength(1);
      issuer.mode = 'well';
      await until(async () => (await ask(await key.token())).status === 200);
    },
  );

  it('are taken from no configuration that says it is another’s, and from none that leads to plain addresses', async () => {
    issuer.configuration = { ...issuer.configuration, issuer: 'https://login.example.org' };
    const opened = await open({ coolDownMs: 0, change: { keys: { from: 'discovery' } } });
    expect((await ask(await key.token())).status).toBe(503);
    issuer.configuration = { issuer: issuer.issuer, jwks_uri: 'http://198.51.100.7/keys' };
    expect((await ask(await key.token())).status).toBe(503);
    expect(issuer.keyRequests).toBe(0);
    expect(JSON.stringify(opened.complaints)).toContain('cannot be had');
  });

  it('are never private or shared ones, whatever is published', async () => {
    const weak = await issuer.addKey({ isPublished: false });
    issuer.published.push({ kty: 'oct', k: 'c2VjcmV0', kid: 'shared', alg: 'HS256' });
    issuer.published.push({ ...weak.publicJwk, use: 'enc' });
    await open();
    expect((await ask(await weak.token())).status).toBe(401);
    expect((await ask(await key.token())).status).toBe(200);
  });
});

describe('a gateway that is started while the issuer is away', () => {
  it('goes by the keys that were had last, until the issuer says otherwise', async () => {
    const before = await open();
    const old = await key.token();
    expect((await ask(old)).status).toBe(200);
    await before.stop();
    issuer.mode = 'down';
    const again = await startHarness({
      directory: before.directory,
      identity: { isRequired: true, issuers: [trusted()] },
      settings: { issuerKeys: { refreshMs: 30, retryMs: 20, withinMs: 300 } },
    });
    harness = again;
    await again.push(tableWith(2, [serviceWith({ protocol: 'http', stable: stableAt(upstream.address) })]));
    expect((await ask(old)).status).toBe(200);
    const next = await issuer.addKey();
    issuer.published = [next.publicJwk];
    issuer.mode = 'well';
    await until(async () => (await ask(old)).status === 401);
    expect((await ask(await next.token())).status).toBe(200);
  });
});

describe('limits of who holds a token', () => {
  it('are bound to the name that the token says, over all of its tokens', async () => {
    const slow = { rates: { requests: { perSecond: 0.01, burst: 2 } }, inFlight: null };
    await open({
      table: {
        limits: {
          total: UNLIMITED,
          services: {},
          keys: slow,
          tiers: [],
          queue: { waiting: 0, waitMs: 1_000 },
        },
      },
    });
    const statuses = async (claims: object): Promise<number> =>
      (await ask(await key.token({ ...claims, jti: String(Math.random()) }))).status;
    expect([await statuses({}), await statuses({}), await statuses({})]).toEqual([200, 200, 429]);
    expect(await statuses({ sub: 'bob' })).toBe(200);
  });
});

describe('the tier of who holds a token', () => {
  it('is the one that the token names, unless a tier names the key itself', async () => {
    const slow = { rates: { requests: { perSecond: 0.01, burst: 1 } }, inFlight: null };
    const quick = { rates: { requests: { perSecond: 0.01, burst: 3 } }, inFlight: null };
    await open({
      change: { tierClaim: '/plan/name' },
      table: {
        limits: {
          total: UNLIMITED,
          services: {},
          keys: slow,
          tiers: [
            { name: 'gold', keys: ['batch'], limit: quick },
            { name: 'banned', keys: ['corp:mallory'], limit: slow },
          ],
          queue: { waiting: 0, waitMs: 1_000 },
        },
      },
    });
    const burst = async (claims: object): Promise<number[]> => {
      const token = await key.token({ ...claims });
      const answers: number[] = [];
      for (let n = 0; n < 4; n += 1) answers.push((await ask(token)).status);
      return answers;
    };
    expect(await burst({ plan: { name: 'gold' } })).toEqual([200, 200, 200, 429]);
    expect(await burst({ sub: 'bob' })).toEqual([200, 429, 429, 429]);
    expect(await burst({ sub: 'eve', plan: { name: 'none of ours' } })).toEqual([200, 429, 429, 429]);
    expect(await burst({ sub: 'mallory', plan: { name: 'gold' } })).toEqual([200, 429, 429, 429]);
  });
});

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
