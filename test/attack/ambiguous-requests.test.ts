import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, pause, startHarness, until } from '../../src/gateway/testing/harness.ts';
import { serviceWith, stableAt, tableWith } from '../../src/gateway/testing/table.ts';
import { speak, statusesIn } from './raw-client.ts';
import { type RawUpstream, startRawUpstream } from './raw-upstream.ts';
import { seeded } from './seeded.ts';
import { type StrictRequest, strictRequests } from './strict-requests.ts';

const POST = 'POST /services/spam/x HTTP/1.1\r\nhost: a\r\n';
const GET = 'GET /services/spam/x HTTP/1.1\r\nhost: a\r\n';
const CHUNKED = `${POST}transfer-encoding: chunked\r\n\r\n`;
/** Follows every attack on the same connection: it must not be served, whatever came before. */
const SMUGGLED = 'GET /services/spam/smuggled HTTP/1.1\r\nhost: a\r\n\r\n';
const target = (text: string) => `GET ${text} HTTP/1.1\r\nhost: a\r\n\r\n`;
const host = (value: string) => `GET /services/spam/x HTTP/1.1\r\nhost:${value}\r\n\r\n`;

const refused: readonly (readonly [string, string, number?])[] = [
  ['length and chunks', `${POST}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['chunks and length', `${POST}transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n`],
  ['the same length twice', `${POST}content-length: 3\r\ncontent-length: 3\r\n\r\nabc`],
  ['two lengths', `${POST}content-length: 3\r\ncontent-length: 4\r\n\r\nabcd`],
  ['a list of lengths', `${POST}content-length: 3, 3\r\n\r\nabc`],
  ['a length with a sign', `${POST}content-length: +3\r\n\r\nabc`],
  ['a negative length', `${POST}content-length: -3\r\n\r\nabc`],
  ['a hexadecimal length', `${POST}content-length: 0x3\r\n\r\nabc`],
  ['a length of two numbers', `${POST}content-length: 3 3\r\n\r\nabc`],
  ['an empty length', `${POST}content-length: \r\n\r\nabc`],
  ['a length beyond every number', `${POST}content-length: ${'9'.repeat(30)}\r\n\r\nabc`],
  ['a folded header', `${GET}x: a\r\n b\r\n\r\n`],
  ['a folded coding', `${POST}transfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n`],
  ['a folded length', `${POST}content-length:\r\n 5\r\n\r\nabcde`],
  ['a first header that is folded', 'GET /services/spam/x HTTP/1.1\r\n host: a\r\n\r\n'],
  ['bare line feeds', 'GET /services/spam/x HTTP/1.1\nhost: a\n\n'],
  ['a bare line feed after a header', `${GET}x: y\nb: c\r\n\r\n`],
  ['a bare line feed for the empty line', `${GET}x: y\r\n\n`],
  ['a bare carriage return in a header', `${GET}x: a\rb: c\r\n\r\n`],
  ['a bare carriage return at the end of a header', `${GET}x: a\r\r\n\r\n`],
  ['a negative chunk', `${CHUNKED}-1\r\nabc\r\n0\r\n\r\n`],
  ['a chunk size with 0x', `${CHUNKED}0x3\r\nabc\r\n0\r\n\r\n`],
  ['a chunk size that overflows', `${CHUNKED}10000000000000003\r\nabc\r\n0\r\n\r\n`],
  ['a space after a chunk size', `${CHUNKED}3 \r\nabc\r\n0\r\n\r\n`],
  ['a line feed after a chunk size', `${CHUNKED}3\nabc\r\n0\r\n\r\n`],
  ['a chunk without its end', `${CHUNKED}3\r\nabcXX0\r\n\r\n`],
  ['a line feed after a chunk', `${CHUNKED}3\r\nabc\n0\r\n\r\n`],
  ['an empty chunk size', `${CHUNKED}\r\nabc\r\n0\r\n\r\n`],
  ['a line feed in a chunk extension', `${CHUNKED}3;a\nb\r\nabc\r\n0\r\n\r\n`],
  ['a carriage return in a chunk extension', `${CHUNKED}3;a\rb\r\nabc\r\n0\r\n\r\n`],
  ['a NUL in a chunk extension', `${CHUNKED}3;a\0b\r\nabc\r\n0\r\n\r\n`],
  ['an endless chunk extension', `${CHUNKED}3;${'a'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`],
  ['a length among the trailers', `${CHUNKED}3\r\nabc\r\n0\r\ncontent-length: 7\r\n\r\n`],
  ['a broken trailer', `${CHUNKED}3\r\nabc\r\n0\r\nx y: z\r\n\r\n`],
  ['endless trailers', `${CHUNKED}3\r\nabc\r\n0\r\nx: ${'y'.repeat(50_000)}\r\n\r\n`, 431],
  ...[
    'xchunked',
    '"chunked"',
    '\x0bchunked',
    'chunked;q=1',
    'chunked, identity',
    'chunked, chunked',
    'identity, chunked',
    'gzip, chunked',
    ',chunked',
    'identity',
    '',
  ].map(
    (coding) =>
      [
        `the coding ${JSON.stringify(coding)}`,
        `${POST}transfer-encoding: ${coding}\r\n\r\n0\r\n\r\n`,
      ] as const,
  ),
  ['two codings', `${POST}transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n`],
  ['two codings the other way', `${POST}transfer-encoding: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['a space before the colon of a coding', `${POST}transfer-encoding : chunked\r\n\r\n0\r\n\r\n`],
  ['a space before the colon of a length', `${POST}content-length : 3\r\n\r\nabc`],
  [
    'chunks in HTTP/1.0',
    'POST /services/spam/x HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['HTTP/0.9', 'GET /services/spam/x\r\n\r\n'],
  ['HTTP/0.9 by name', 'GET /services/spam/x HTTP/0.9\r\nhost: a\r\n\r\n'],
  ['HTTP/1.2', 'GET /services/spam/x HTTP/1.2\r\nhost: a\r\n\r\n'],
  ['HTTP/2.0', 'GET /services/spam/x HTTP/2.0\r\nhost: a\r\n\r\n'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['http in small letters', 'GET /services/spam/x http/1.1\r\nhost: a\r\n\r\n'],
  ['a space after the version', 'GET /services/spam/x HTTP/1.1 \r\nhost: a\r\n\r\n'],
  ['a method in small letters', 'get /services/spam/x HTTP/1.1\r\nhost: a\r\n\r\n'],
  ['an unknown method', 'FOO /services/spam/x HTTP/1.1\r\nhost: a\r\n\r\n'],
  ['TRACE', 'TRACE /services/spam/x HTTP/1.1\r\nhost: a\r\n\r\n', 405],
  ['CONNECT', 'CONNECT b:80 HTTP/1.1\r\nhost: b:80\r\n\r\n', 405],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
  ['a header without a colon', `${GET}foo\r\n\r\n`],
  ['a header without a name', `${GET}: foo\r\n\r\n`],
  ['a NUL in a header', `${GET}x: a\0b\r\n\r\n`],
  ['a NUL in a name', `${GET}x\0: b\r\n\r\n`],
  ['a control character in a header', `${GET}x: a\x01b\r\n\r\n`],
  ['a huge header', `${GET}x: ${'y'.repeat(100_000)}\r\n\r\n`, 431],
  ['many headers', `${GET}${'x: y\r\n'.repeat(20_000)}\r\n`, 431],
  ['two authorizations', `${GET}authorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n`],
  ['no host', 'GET /services/spam/x HTTP/1.1\r\n\r\n'],
  ['two hosts', `${GET}Host: b\r\n\r\n`],
  ...['', ' a b', ' a/b', ' a@b', ' a, b', ' a?b', ' a:b:c', ' [::1', ' http://a'].map(
    (value) => [`the host "${value}"`, host(value)] as const,
  ),
  ...[
    '/services/spam/\0x',
    '/services/spam/\xff',
    '/services/spam/a\tb',
    '/services/spam/a b',
    '/services/spam/a#b',
    '/services/spam/..\\..\\x',
    '/services/spam/a\\b',
    '/services/spam/a"b',
    '/services/spam/../x',
    '/services/spam/%2e%2E/x',
    '/services/spam/..%2fx',
    '/services/spam/a%5c..%5cx',
    '/services/spam/..;/x',
    '/services/spam/..;a=b/x',
    '/v2/models/spam/..',
    'services/spam/x',
    '*',
    'b:80',
    'http://u:p@b/services/spam/x',
    'http:///services/spam/x',
    'http://b\\@c/services/spam/x',
    'ftp://b/services/spam/x',
    'file:///etc/passwd',
  ].map((text) => [`the target ${JSON.stringify(text)}`, target(text)] as const),
];

const taken: readonly (readonly [string, string, Partial<StrictRequest>])[] = [
  ['a chunk extension', `${CHUNKED}3;a="b"\r\nabc\r\n0\r\n\r\n`, { body: 'abc' }],
  [
    'a coding after a tab',
    `${POST}transfer-encoding:\tchunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
    { body: 'abc' },
  ],
  [
    'a coding in capitals',
    `${POST}Transfer-Encoding: CHUNKED \r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
    { body: 'abc' },
  ],
  ['a trailer, which stays here', `${CHUNKED}3\r\nabc\r\n0\r\nx-late: y\r\n\r\n`, { body: 'abc' }],
  [
    'a body of GET',
    `${GET}content-length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
    { method: 'GET', body: SMUGGLED },
  ],
  [
    'a body of HEAD',
    `HEAD /services/spam/x HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc`,
    { method: 'HEAD', body: 'abc' },
  ],
  [
    'chunks of DELETE',
    `DELETE /services/spam/x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
    { body: 'abc' },
  ],
  ['HTTP/1.0 without a host', 'GET /services/spam/x HTTP/1.0\r\n\r\n', {}],
  ['HTTP/1.0 that stays', 'GET /services/spam/x HTTP/1.0\r\nhost: a\r\nconnection: keep-alive\r\n\r\n', {}],
  ['empty lines before', `\r\n\r\n${GET}\r\n`, {}],
  ['spaces between method and target', 'GET   /services/spam/x HTTP/1.1\r\nhost: a\r\n\r\n', {}],
  ['a URL', 'GET http://b:1/services/spam/x?y HTTP/1.1\r\nhost: a\r\n\r\n', { target: '/x?y' }],
  ['an address as host', host(' [::1]:80'), {}],
  [
    'encoded line ends',
    target('/services/spam/%0d%0aX-Evil:%20y?a=%0d%0ab'),
    { target: '/%0d%0aX-Evil:%20y?a=%0d%0ab' },
  ],
  [
    'a second URL in the path',
    target('/services/spam//169.254.169.254/x'),
    { target: '//169.254.169.254/x' },
  ],
  ['characters of a header beyond ASCII', `${GET}x: a\xe9b\r\n\r\n`, {}],
];

describe('a message that could be read in two ways', () => {
  let harness: Harness;
  let upstream: RawUpstream;
  beforeAll(async () => {
    harness = await startHarness();
    upstream = await startRawUpstream();
    await harness.push(tableWith(1, [serviceWith({ protocol: 'http', stable: stableAt(upstream.address) })]));
  });
  afterAll(async () => {
    await harness.remove();
    await upstream.close();
  });

  it.each(refused)('is refused, and the connection closed: %s', async (_, text, status = 400) => {
    const before = upstream.received();
    const heard = await speak(harness.gateway.address, text + SMUGGLED, { forMs: 3_000 });
    expect([statusesIn(heard), heard.endedBy]).toEqual([[status], 'gateway']);
    expect(heard.text).toMatch(/\r\nconnection: close\r\n/i);
    await pause(10);
    expect(upstream.received()).toBe(before);
  });

  it.each(taken)('is passed on in the one form that nobody mistakes: %s', async (_, text, expected) => {
    const before = upstream.received().length;
    const heard = await speak(harness.gateway.address, text, { forMs: 200 });
    expect(statusesIn(heard)).toEqual([200]);
    // Connections of the pool are used again, so what is new stands at the end of one of them.
    const { requests, rest } = strictRequests(upstream.connections.at(-1)!.received);
    expect([upstream.received().length > before, rest]).toEqual([true, '']);
    expect(requests.at(-1)).toMatchObject(expected);
    expect(requests.at(-1)!.headers.map(([name]) => name)).not.toContain('x-late');
  });

  it('refuses an expectation that nobody can meet', async () => {
    const heard = await speak(
      harness.gateway.address,
      `${POST}expect: 200-ok\r\ncontent-length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
      { forMs: 200 },
    );
    expect(statusesIn(heard)).toEqual([417]);
  });

  it('takes no upgrade, and nothing that comes behind the request for one', async () => {
    for (const upgrade of ['h2c', 'websocket', 'TLS/1.0']) {
      const text = `${GET}connection: upgrade, http2-settings\r\nupgrade: ${upgrade}\r\nhttp2-settings: AAA\r\n\r\n`;
      const heard = await speak(harness.gateway.address, [text + SMUGGLED, SMUGGLED], { forMs: 3_000 });
      expect([statusesIn(heard), heard.endedBy]).toEqual([[200], 'gateway']);
    }
    expect(upstream.received()).not.toMatch(/\r\n(upgrade|http2-settings):|GET \/smuggled/i);
  });

  it.each([
    ['a bad message', `${GET}x : y\r\n\r\n`, [200, 200, 400]],
    ['a message refused by its meaning', `${GET}host: b\r\n\r\n`, [200, 200, 400]],
    ['an unusable target', target('/services/spam/../x'), [200, 200, 400]],
    ['CONNECT', 'CONNECT b:80 HTTP/1.1\r\nhost: b:80\r\n\r\n', [200, 200, 405]],
    ['a body cut wrongly', `${CHUNKED}3\r\nabcXX`, [200, 200]],
  ])(
    'behind others in a pipeline lets those be answered in order, and nothing after it: %s',
    async (_, text, statuses) => {
      const good = (n: number) => `GET /services/spam/good-${n} HTTP/1.1\r\nhost: a\r\n\r\n`;
      const heard = await speak(harness.gateway.address, good(1) + good(2) + text + SMUGGLED, {
        forMs: 3_000,
      });
      if (statuses.length === 3) expect(statusesIn(heard)).toEqual(statuses);
      // Where a body is cut, its own answer may find no place any more: then the connection only breaks.
      else expect([200, 400, undefined]).toContain(statusesIn(heard).at(0));
      expect(heard.endedBy).not.toBe('nobody');
      await pause(20);
      expect(upstream.received()).not.toContain('GET /smuggled');
    },
  );

  it('lets the last request that a client announces be the last', async () => {
    const heard = await speak(harness.gateway.address, `${GET}connection: close\r\n\r\n${SMUGGLED}`, {
      forMs: 3_000,
    });
    expect([statusesIn(heard), heard.endedBy]).toEqual([[200], 'gateway']);
    expect(upstream.received()).not.toContain('GET /smuggled');
  });

  it('answers a flood of pipelined requests up to a bound', async () => {
    const silent = await startRawUpstream(() => {});
    const timeouts = { connectMs: 5_000, firstByteMs: 2_000, totalMs: 10_000, idleMs: 5_000 };
    await harness.push(
      tableWith(2, [serviceWith({ protocol: 'http', timeouts, stable: stableAt(silent.address) })]),
    );
    const heard = await speak(harness.gateway.address, `${GET}\r\n`.repeat(1_000), { forMs: 15_000 });
    expect(silent.connections.length).toBe(100);
    expect(statusesIn(heard)).toEqual([...Array(100).fill(504), 503]);
    expect(heard.endedBy).toBe('gateway');
    await harness.push(tableWith(3, [serviceWith({ protocol: 'http', stable: stableAt(upstream.address) })]));
    await silent.close();
  });

  it('never gives a service anything but whole, strict requests, whatever is done to the bytes', async () => {
    const chance = seeded(7);
    const seeds = [
      `${GET}x-a: 1\r\n\r\n`,
      `${POST}content-length: 11\r\nx-b: 2\r\n\r\nhello world`,
      `${POST}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6;e=f\r\n world\r\n0\r\nt: u\r\n\r\n`,
    ];
    const spoilers = [
      '\r',
      '\n',
      '\r\n',
      '\0',
      ' ',
      '\t',
      ':',
      ';',
      ',',
      '0',
      'f',
      '-',
      '\x0b',
      '\xff',
      '%',
      'chunked',
      'HTTP/1.0',
    ];
    for (let round = 0; round < 40; round += 1) {
      const texts = Array.from({ length: 50 }, () => {
        let text = chance.pick(seeds) + chance.pick(seeds);
        for (let n = 1 + Math.floor(chance.next() * 3); n > 0; n -= 1) {
          const at = Math.floor(chance.next() * text.length);
          const cut = chance.next() < 0.5 ? Math.floor(chance.next() * 4) : 0;
          text =
            text.slice(0, at) + (chance.next() < 0.8 ? chance.pick(spoilers) : '') + text.slice(at + cut);
        }
        return text;
      });
      const heard = await Promise.all(
        texts.map((text) => speak(harness.gateway.address, text, { forMs: 60 })),
      );
      for (const [at, one] of heard.entries())
        for (const status of statusesIn(one))
          expect([200, 400, 404, 405, 417, 431], JSON.stringify(texts[at])).toContain(status);
    }
    await until(() => harness.gateway.counts().calls === 0);
    let passedOn = 0;
    for (const { received } of upstream.connections) passedOn += strictRequests(received).requests.length;
    // How many depends on how much of 60 ms the machine has for each.
    expect(passedOn).toBeGreaterThan(100);
    expect((await harness.ask('/services/spam/x')).status).toBe(200);
    expect(harness.complaints).toEqual([]);
  });
});
