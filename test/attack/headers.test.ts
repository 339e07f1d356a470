import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from '../../src/gateway/testing/harness.ts';
import { serviceWith, stableAt, tableWith } from '../../src/gateway/testing/table.ts';
import { speak, statusesIn } from './raw-client.ts';
import { type RawUpstream, startRawUpstream } from './raw-upstream.ts';
import { strictRequests } from './strict-requests.ts';

describe('headers on their way through', () => {
  let harness: Harness;
  let upstream: RawUpstream;
  let answer = '';
  beforeAll(async () => {
    harness = await startHarness();
    upstream = await startRawUpstream((socket) => void socket.write(Buffer.from(answer, 'latin1')));
    await harness.push(tableWith(1, [serviceWith({ protocol: 'http', stable: stableAt(upstream.address) })]));
  });
  afterAll(async () => {
    await harness.remove();
    await upstream.close();
  });

  /** Sends these header lines, and gives those that reached the service. */
  const passedOn = async (lines: readonly string[]): Promise<(readonly [string, string])[]> => {
    answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
    const heard = await speak(
      harness.gateway.address,
      `GET /services/spam/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`,
      { forMs: 3_000 },
    );
    expect(statusesIn(heard)).toEqual([200]);
    return [...strictRequests(upstream.connections.at(-1)!.received).requests.at(-1)!.headers];
  };
  const namesOf = (headers: readonly (readonly [string, string])[]) => headers.map(([name]) => name);
  /** What the client gets when the service answers with these header lines. */
  const passedBack = async (lines: readonly string[], status = '200 OK'): Promise<string[]> => {
    answer = `HTTP/1.1 ${status}\r\n${lines.map((line) => `${line}\r\n`).join('')}${status.startsWith('2') ? '' : 'content-length: 0\r\n'}\r\n`;
    const heard = await speak(
      harness.gateway.address,
      'GET /services/spam/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
      { forMs: 3_000 },
    );
    return heard.text.split('\r\n\r\n', 1)[0]!.split('\r\n').slice(1);
  };
  const OWN = ['host', 'connection', 'x-forwarded-for', 'tidegate-invocation'];

  it('sends on no header that concerns one connection only, also not those that the client names as such', async () => {
    const headers = await passedOn([
      'Connection: keep-alive, X-Secret,  x-other , host, x-forwarded-for, tidegate-invocation',
      'Keep-Alive: timeout=5',
      'Proxy-Connection: keep-alive',
      'Proxy-Authorization: Basic eA==',
      'Proxy-Authenticate: Basic',
      'TE: trailers',
      'Trailer: x-late',
      'HTTP2-Settings: AAA',
      'X-Secret: 1',
      'x-OTHER: 2',
      'X-Kept: 3',
    ]);
    expect(namesOf(headers).sort()).toEqual([...OWN, 'x-kept'].sort());
    expect(headers.find(([name]) => name === 'host')![1]).toBe(new URL(upstream.address).host);
  });

  it('lets no client speak as the gateway, in no spelling that a service could take for it', async () => {
    const headers = await passedOn([
      'tidegate-invocation: forged',
      'Tidegate-Mirrored: true',
      'TIDEGATE_RELEASE: forged',
      'tidegate.track: forged',
      'tidegate~x: forged',
      'Content_Length: 5',
      'transfer_encoding: chunked',
      'Transfer-_Encoding: kept, for it reads as something else',
      'X_Forwarded_For: 10.0.0.1',
      'X-Forwarded-For: 10.0.0.2',
      'Host_: kept',
      'x_mine: kept',
    ]);
    expect(namesOf(headers).sort()).toEqual([...OWN, 'host_', 'transfer-_encoding', 'x_mine'].sort());
    const value = (name: string) => headers.find(([one]) => one === name)![1];
    expect(value('tidegate-invocation')).toMatch(/^[0-9a-z]{32}$/);
    // The last one is what the gateway saw itself; those before are hearsay.
    expect(value('x-forwarded-for')).toBe('10.0.0.2, 127.0.0.1');
  });

  it('passes values on byte for byte, and turns none of them into a line of its own', async () => {
    const headers = await passedOn([
      'x-bytes: \xe9\xff\x80 "%0d%0a"\tx',
      'x-twice: 1',
      'x-twice: 2',
      'x-empty:',
    ]);
    expect(headers.filter(([name]) => name.startsWith('x-') && !OWN.includes(name))).toEqual([
      ['x-bytes', '\xe9\xff\x80 "%0d%0a"\tx'],
      ['x-twice', '1'],
      ['x-twice', '2'],
      ['x-empty', ''],
    ]);
  });

  it('lets no service speak as the gateway or for one connection only', async () => {
    const lines = await passedBack([
      'content-length: 2',
      'Connection: x-secret',
      'Connection: keep-alive',
      'Keep-Alive: timeout=5',
      'X-Secret: 1',
      'Proxy-Authenticate: Basic',
      'Trailer: x-late',
      'Upgrade: h2c',
      'Alt-Svc: h3=":443"',
      'tidegate-release: forged',
      'Tidegate_Rescued: true',
      'Set-Cookie: tidegate_session=forged; Path=/',
      'Set-Cookie: mine=1',
      'X-Kept: \xe9',
      '__proto__: a',
      '__proto__: b',
      '',
      'ok',
    ]);
    const names = lines.map((line) => line.split(':', 1)[0]!.toLowerCase());
    expect(names.sort()).toEqual(
      [
        '__proto__',
        '__proto__',
        'connection',
        'content-length',
        'date',
        'set-cookie',
        'tidegate-invocation',
        'tidegate-release',
        'x-kept',
      ].sort(),
    );
    expect(lines).toContain('set-cookie: mine=1');
    expect(lines).toContain('x-kept: \xe9');
    expect(lines).toContain('tidegate-release: 1.0.0@aaaaaaaaaaaa');
  });

  it('announces no length for an answer that can have no body', async () => {
    const lines = await passedBack(['content-length: 4', '', 'EVIL'], '204 No Content');
    expect(lines.join('\n')).not.toMatch(/content-length|transfer-encoding/i);
  });

  it('hands a redirect to the client and follows none', async () => {
    const elsewhere = await startRawUpstream();
    const connections = upstream.connections.length;
    const lines = await passedBack([`location: ${elsewhere.address}/latest/meta-data`], '302 Found');
    expect(lines).toContain(`location: ${elsewhere.address}/latest/meta-data`);
    expect(elsewhere.connections).toEqual([]);
    expect(upstream.connections.length - connections).toBeLessThanOrEqual(1);
    await elsewhere.close();
  });
});
