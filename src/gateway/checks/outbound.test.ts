import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startUpstream } from '../testing/upstream.ts';
import { type Outbound, openOutbound } from './outbound.ts';
import { isRefusedIp, isRefusedUrl } from './refused-address.ts';

describe('an address that machines keep their credentials at', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://169.254.0.1',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[::169.254.169.254]/',
    'http://[64:ff9b::169.254.169.254]/',
    'http://[fd00:ec2::254]/',
    'http://100.100.100.200/',
    'http://metadata.google.internal/computeMetadata/v1/',
    'http://METADATA.google.internal./',
    'http://metadata/',
  ])('%s is refused', (url) => {
    expect(isRefusedUrl(url)).toBe(true);
  });
  it.each([
    'http://127.0.0.1:8000',
    'http://10.1.2.3',
    'http://[::1]:9',
    'https://api.example.com',
    'http://168.254.1.1',
  ])('%s is not', (url) => {
    expect(isRefusedUrl(url)).toBe(false);
  });
  it('is known with a zone as well', () => {
    expect(isRefusedIp('fe80::1%eth0')).toBe(true);
  });
});

describe('asking the outside', () => {
  let outbound: Outbound;
  beforeEach(() => {
    outbound = openOutbound();
  });
  afterEach(() => outbound.close());

  it('never connects to such an address', async () => {
    const sinceMs = performance.now();
    const ask = { headers: {}, body: 'x', timeoutMs: 5_000 };
    expect(await outbound.post({ ...ask, url: 'http://169.254.169.254/' })).toEqual({
      kind: 'failed',
      why: 'refused-address',
    });
    expect(performance.now() - sinceMs).toBeLessThan(1_000);
  });

  it('never connects to a name that leads there, and still to names that do not', async () => {
    const server = await startUpstream('here');
    const named = openOutbound((name, _options, done) =>
      done(null, [{ address: name === 'good.test' ? '127.0.0.1' : '169.254.169.254', family: 4 }]),
    );
    const ask = { headers: {}, body: 'x', timeoutMs: 5_000 };
    expect(await named.post({ ...ask, url: `http://good.test:${server.port}/` })).toMatchObject({
      kind: 'answered',
      text: 'here',
    });
    expect(await named.post({ ...ask, url: `http://bad.test:${server.port}/` })).toEqual({
      kind: 'failed',
      why: 'refused-address',
    });
    await Promise.all([named.close(), server.close()]);
  });
});
