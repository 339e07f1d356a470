import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isTidegateError } from '../../src/errors.ts';
import { type Authority, openAuthority } from '../../src/gateway/testing/certificates.ts';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';

let tidegate: Tidegate;
let authority: Authority;
let server: Server;
let address: string;
beforeAll(async () => {
  authority = await openAuthority();
  const files = await authority.files('models', { names: ['models.internal'], ips: [] });
  server = createServer(
    { cert: readFileSync(files.certificate), key: readFileSync(files.key) },
    (request, response) => response.end(request.url === '/fingerprint' ? 'model 1' : 'from models.internal'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  tidegate = await openTidegate();
});
afterAll(async () => {
  await tidegate?.dispose();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  authority.remove();
});

const tree = (more: object) => ({
  service: 'models',
  behaviour: {},
  more: {
    components: undefined,
    run: undefined,
    external: { address, ready: '/health', fingerprint: '/fingerprint', ...more },
  },
});

it('a service with a certificate of its own authority is fingerprinted, probed, shipped and served, and is not without', async () => {
  await expect(tidegate.ship(tree({}), '1.0.0', 'production')).rejects.toSatisfy(
    (error) => isTidegateError(error, 'seal-failed') && error.message.includes('certificate'),
  );
  const trusted = tree({ ca: authority.file, serverName: 'models.internal' });
  const { rollout } = await tidegate.ship(trusted, '1.0.0', 'production');
  await tidegate.completed({ environment: 'production', service: 'models' }, rollout);
  const answer = await fetch(`${tidegate.gateway('production')}/services/models/x`);
  expect([answer.status, await answer.text()]).toEqual([200, 'from models.internal']);
});
