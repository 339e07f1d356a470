import { setDefaultCACertificates } from 'node:tls';
import { afterAll, vi } from 'vitest';
import { openAuthority } from '../../src/gateway/testing/certificates.ts';
import { overTls } from '../../src/gateway/testing/over-tls.ts';

// The very same tests, over TLS: what is read in two ways, refused, cut or left must not depend on what carries it.
// Thousands of handshakes, on both sides of this one process.
vi.setConfig({ testTimeout: 120_000 });
const authority = await openAuthority();
setDefaultCACertificates([authority.pem]);
overTls.files = [await authority.files('edge')];
afterAll(() => authority.remove());

await import('./ambiguous-requests.test.ts');
await import('./bad-clients.test.ts');
await import('./bad-upstreams.test.ts');
await import('./differential.test.ts');
await import('./headers.test.ts');
await import('../../src/gateway/rescue.test.ts');
