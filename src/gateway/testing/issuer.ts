import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export interface TestIssuer {
  readonly issuer: string;
  /** How often its keys were asked for. */
  keyRequests: number;
  /** Its own configuration, and its keys, as it gives them out. */
  published: JWK[];
  configuration: Record<string, unknown>;
  mode: 'well' | 'down' | 'hangs' | 'endless';
  /** Makes a key, and publishes it unless told otherwise. */
  addKey(options?: { alg?: string; isPublished?: boolean; modulusLength?: number }): Promise<TestKey>;
  close(): Promise<void>;
}

export interface TestKey {
  readonly kid: string;
  readonly alg: string;
  readonly publicJwk: JWK;
  /** A token as this issuer makes them: for an hour, for `tidegate`, of `alice`, unless told otherwise. */
  token(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
  readonly privateKey: CryptoKey;
}

/** An OpenID Connect provider as far as those see it who verify its tokens: discovery, keys, and tokens to go with them. */
export async function startIssuer(): Promise<TestIssuer> {
  const server = createServer((req, res) => {
    if (issuer.mode === 'down') {
      res.writeHead(503).end();
      return;
    }
    if (issuer.mode === 'hangs') return;
    res.setHeader('content-type', 'application/json');
    if (req.url === '/.well-known/openid-configuration') res.end(JSON.stringify(issuer.configuration));
    else if (req.url === '/keys') {
      issuer.keyRequests += 1;
      if (issuer.mode === 'endless') res.end(Buffer.alloc(2 * 1024 * 1024, 32));
      else res.end(JSON.stringify({ keys: issuer.published }));
    } else res.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let made = 0;
  const issuer: TestIssuer = {
    issuer: address,
    keyRequests: 0,
    published: [],
    configuration: { issuer: address, jwks_uri: `${address}/keys` },
    mode: 'well',
    async addKey({ alg = 'ES256', isPublished = true, modulusLength = 2048 } = {}) {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength });
      made += 1;
      const kid = `key-${made}`;
      const publicJwk: JWK = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
      if (isPublished) issuer.published.push(publicJwk);
      return {
        kid,
        alg,
        publicJwk,
        privateKey,
        token: (claims = {}, header = {}) => signed(address, privateKey, { alg, kid, ...header }, claims),
      };
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return issuer;
}

const signed = (
  issuer: string,
  key: CryptoKey,
  header: Record<string, unknown> & { alg: string },
  claims: Record<string, unknown>,
): Promise<string> => {
  const seconds = Math.floor(Date.now() / 1000);
  const usual = { iss: issuer, aud: 'tidegate', sub: 'alice', iat: seconds, exp: seconds + 3600 };
  return new SignJWT({ ...usual, ...claims }).setProtectedHeader(header).sign(key);
};
