import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { UpstreamTls } from '../../core/routing/upstream-tls.ts';
import type { TlsFiles } from '../http/tls-pair.ts';
import { type Authority, openAuthority } from '../testing/certificates.ts';
import { type Harness, startHarness } from '../testing/harness.ts';
import { serviceWith, stableAt, tableWith } from '../testing/table.ts';

describe('a service behind https', () => {
  let authority: Authority;
  let stranger: Authority;
  let harness: Harness;
  const servers: Server[] = [];
  /** What clients asked for by name in their handshakes. */
  const askedFor: (string | false | null)[] = [];
  let seq = 0;
  beforeAll(async () => {
    authority = await openAuthority();
    stranger = await openAuthority();
  });
  afterAll(() => {
    authority.remove();
    stranger.remove();
  });
  beforeEach(async () => {
    askedFor.length = 0;
    harness = await startHarness();
  });
  afterEach(async () => {
    await harness.remove();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
  const serve = async ({ certificate, key }: TlsFiles): Promise<number> => {
    const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (req, res) => {
      askedFor.push((req.socket as TLSSocket).servername);
      res.end('secret');
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const ask = async (address: string, tls?: UpstreamTls): Promise<number> => {
    const stable = { ...stableAt(address), ...(tls && { tls }) };
    await harness.push(tableWith(++seq, [serviceWith({ protocol: 'http', stable })]));
    return (await harness.ask('/services/spam/x')).status;
  };

  it('is asked when an authority that the release trusts has issued its certificate, and by nobody else’s word', async () => {
    const port = await serve(await authority.files('good'));
    expect(await ask(`https://127.0.0.1:${port}`)).toBe(502);
    expect(await ask(`https://127.0.0.1:${port}`, { ca: stranger.pem })).toBe(502);
    expect(askedFor).toEqual([]);
    expect(await ask(`https://127.0.0.1:${port}`, { ca: authority.pem })).toBe(200);
    expect(await ask(`https://localhost:${port}`, { ca: authority.pem })).toBe(200);
    expect(askedFor.at(-1)).toBe('localhost');
    // One release's trust is not another's, also at the same address.
    expect(await ask(`https://127.0.0.1:${port}`)).toBe(502);
  });

  it('must be who its address, or the release, says it is', async () => {
    const port = await serve(await authority.files('other', { names: ['models.internal'], ips: [] }));
    const ca = authority.pem;
    expect(await ask(`https://localhost:${port}`, { ca })).toBe(502);
    expect(await ask(`https://localhost:${port}`, { ca, serverName: 'models.example' })).toBe(502);
    expect(askedFor).toEqual([]);
    expect(await ask(`https://localhost:${port}`, { ca, serverName: 'models.internal' })).toBe(200);
    expect(await ask(`https://127.0.0.1:${port}`, { ca, serverName: 'models.internal' })).toBe(200);
    expect(askedFor).toEqual(['models.internal', 'models.internal']);
  });

  it('is not asked with a certificate that has expired', async () => {
    const day = 86_400_000;
    const port = await serve(await authority.files('expired', { fromMs: -2 * day, toMs: -day }));
    expect(await ask(`https://127.0.0.1:${port}`, { ca: authority.pem })).toBe(502);
  });
});
