import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing } from './harness/is-missing.ts';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';

interface Peeked {
  readonly uid: number;
  readonly files: Readonly<Record<string, string>>;
  readonly environs: Readonly<Record<string, string>>;
  readonly own: Readonly<Record<string, string>>;
}

const isRoot = process.getuid?.() === 0;
const secret = 'the-secret-of-the-neighbour';
const variable = 'TIDEGATE_TEST_NEIGHBOUR';

describe.skipIf(isMissing(isRoot, 'isolation end to end, for want of root'))('a curious service', () => {
  let tidegate: Tidegate;
  beforeAll(async () => {
    process.env[variable] = secret;
    tidegate = await openTidegate();
    const tree = (service: string, run: object) => ({ service, behaviour: {}, run: { replicas: 1, ...run } });
    for (const [service, run] of [
      ['neighbour', { secrets: { TOKEN: `env:${variable}` } }],
      ['curious', { env: { GREETING: 'hello' } }],
    ] as const) {
      const { rollout } = await tidegate.ship(tree(service, run), '1.0.0', 'production');
      await tidegate.completed({ service, environment: 'production' }, rollout);
    }
  });
  afterAll(async () => {
    delete process.env[variable];
    await tidegate?.dispose();
  });

  const peek = async (service: string, paths: readonly string[]): Promise<Peeked> => {
    const query = encodeURIComponent(JSON.stringify(paths));
    const response = await fetch(`${tidegate.gateway('production')}/services/${service}/peek?${query}`);
    expect(response.status).toBe(200);
    return (await response.json()) as Peeked;
  };

  it('reads neither the token, the keys, the ledger nor the environment of anybody else', async () => {
    const state = tidegate.stateDir;
    const paths = [
      join(state, 'admin-token'),
      join(state, 'ledger', 'ledger.db'),
      join(state, 'ledger', 'ledger.db-wal'),
      join(state, 'keys', 'release.pem'),
      join(state, 'keys', 'ledger.pem'),
      join(state, 'logs', 'control-plane.log'),
      join(state, 'routes', 'production.json'),
      `/proc/${tidegate.pid()}/environ`,
    ];
    const { uid, files, environs } = await peek('curious', paths);
    expect(uid).not.toBe(0);
    for (const path of paths) expect(files[path], path).toMatch(/^refused: /);
    // The neighbour does have its secret; otherwise there would be nothing to keep.
    expect((await peek('neighbour', [])).own.TOKEN).toBe(secret);
    expect(JSON.stringify(environs)).not.toContain(secret);
  });

  it('finds in its environment what its release says, where to listen, and nothing of ours', async () => {
    const { own } = await peek('curious', []);
    expect(own).toMatchObject({ GREETING: 'hello', HOST: '127.0.0.1' });
    expect(own[variable]).toBeUndefined();
    expect(own.TOKEN).toBeUndefined();
    const token = tidegate.token();
    for (const [name, value] of Object.entries(own)) {
      expect(value, name).not.toContain(token);
      expect(name).not.toMatch(/^(VITEST|npm_|NODE_OPTIONS)/);
    }
  });
});
