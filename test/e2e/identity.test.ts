import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIssuer, type TestIssuer, type TestKey } from '../../src/gateway/testing/issuer.ts';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';
import { until } from './harness/until.ts';

describe('an issuer in tidegate.server.yaml', () => {
  let issuer: TestIssuer;
  let key: TestKey;
  let tidegate: Tidegate;
  beforeAll(async () => {
    issuer = await startIssuer();
    key = await issuer.addKey({ alg: 'RS256' });
    tidegate = await openTidegate({
      environments: [{ name: 'production', strategy: 'all-at-once' }],
      server: {
        gateway: { identity: { issuers: [{ name: 'corp', issuer: issuer.issuer, audience: 'tidegate' }] } },
      },
    });
    const { rollout } = await tidegate.ship({ service: 'asked', behaviour: {} }, '1.0.0', 'production');
    await tidegate.completed({ environment: 'production', service: 'asked' }, rollout);
  });
  afterAll(async () => {
    await tidegate?.dispose();
    await issuer?.close();
  });

  const ask = async (token: string | null): Promise<number> => {
    const headers: Record<string, string> = { connection: 'close' };
    if (token !== null) headers.authorization = `Bearer ${token}`;
    const response = await fetch(`${tidegate.gateway('production')}/services/asked/`, { headers });
    await response.arrayBuffer();
    return response.status;
  };

  it('lets in who holds one of its tokens, and nobody without', async () => {
    const token = await key.token();
    expect([await ask(token), await ask(null), await ask(`${token}x`)]).toEqual([200, 401, 401]);
  });

  it('counts as it is written when the control plane starts anew', async () => {
    const file = join(tidegate.directory, 'tidegate.server.yaml');
    const token = await key.token();
    await tidegate.kill();
    expect(await ask(token)).toBe(200);
    writeFileSync(file, readFileSync(file, 'utf8').replace('audience: tidegate', 'audience: models'));
    await tidegate.up();
    await until('the gateway wants the other audience', async () => (await ask(token)) === 401);
    expect(await ask(await key.token({ aud: 'models' }))).toBe(200);
  });
});
