import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, pause, startHarness, until } from '../../src/gateway/testing/harness.ts';
import { candidateAt, serviceWith, tableWith } from '../../src/gateway/testing/table.ts';
import { type Heard, speak, statusesIn } from './raw-client.ts';
import { type RawAnswer, type RawUpstream, startRawUpstream } from './raw-upstream.ts';
import { seeded } from './seeded.ts';

const GET = 'GET /services/spam/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n';
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
/** Says this and keeps the connection, or hangs up. */
const says =
  (text: string): RawAnswer =>
  (socket) =>
    void socket.write(bytes(text));
const saysAndEnds =
  (text: string): RawAnswer =>
  (socket) =>
    void socket.end(bytes(text));
/** Says this again and again until the connection is gone. */
const repeats =
  (first: string, again: string, everyMs: number): RawAnswer =>
  (socket) => {
    socket.write(bytes(first));
    const timer = setInterval(() => socket.write(bytes(again)), everyMs);
    socket.on('close', () => clearInterval(timer));
  };

/** What a client that goes by the book makes of it. */
function readingOf({ text, endedBy }: Heard): string {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return 'nothing';
  const [head, body] = [text.slice(0, end), text.slice(end + 4)];
  const status = /^HTTP\/1\.1 (\d+)/.exec(head)?.[1];
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  const isWhole =
    length === undefined
      ? /\r\ntransfer-encoding: chunked/i.test(head)
        ? body.endsWith('0\r\n\r\n')
        : endedBy === 'gateway' || status === '204' || status === '304'
      : status === '304' || body.length === Number(length);
  return isWhole ? `whole ${status}` : 'broken';
}

type Case = readonly [name: string, answer: RawAnswer, reading: string, isBad: boolean, isKept?: 'kept'];
const cases: readonly Case[] = [
  ['garbage', saysAndEnds('\x16\x03\x01garbage\r\n\r\n'), 'whole 502', true],
  ['garbage without end', says('garbage garbage garbage'), 'whole 502', true],
  ['an answer of HTTP/0.9', saysAndEnds('just text\r\n\r\n'), 'whole 502', true],
  ['an answer of another protocol', saysAndEnds('ICY 200 OK\r\n\r\nx'), 'whole 502', true],
  ['nothing, and hangs up', (socket) => void socket.end(), 'whole 502', true],
  ['a reset', (socket) => void socket.resetAndDestroy(), 'whole 502', true],
  ['half a head', saysAndEnds('HTTP/1.1 200 OK\r\ncontent-le'), 'whole 502', true],
  ['two answers at once', says(`${OK}\r\nok${OK}\r\nno`), 'whole 200', false],
  ['bytes behind the answer', says(`${OK}\r\nokEXTRA`), 'whole 200', false],
  ['less than its length', saysAndEnds('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nshort'), 'broken', true],
  [
    'less than its length, and a reset',
    (socket) => {
      socket.write(bytes('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nshort'));
      setTimeout(() => socket.resetAndDestroy(), 30);
    },
    'broken',
    true,
  ],
  [
    'chunks without end',
    saysAndEnds('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\n'),
    'broken',
    true,
  ],
  [
    'a chunk that breaks off',
    saysAndEnds('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nshort'),
    'broken',
    true,
  ],
  [
    'no chunk at all',
    saysAndEnds('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'),
    'whole 502',
    true,
  ],
  [
    'a chunk size that is none',
    says('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nshort\r\n'),
    'whole 502',
    true,
  ],
  [
    'a chunk longer than it says',
    says('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshortXX0\r\n\r\n'),
    'broken',
    true,
  ],
  [
    'length and chunks',
    says(`${OK}transfer-encoding: chunked\r\n\r\n5\r\nshort\r\n0\r\n\r\n`),
    'whole 502',
    true,
  ],
  ['its length twice', says(`${OK}content-length: 2\r\n\r\nok`), 'whole 502', true],
  ['two lengths', says(`${OK}content-length: 3\r\n\r\nok`), 'whole 502', true],
  ['a negative length', says('HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\nok'), 'whole 502', true],
  [
    'a coding that nobody undoes',
    says('HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'),
    'whole 502',
    true,
  ],
  [
    'a coding up to the end',
    saysAndEnds('HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nok'),
    'whole 502',
    true,
  ],
  ['a folded header', says(`${OK}x: a\r\n b\r\n\r\nok`), 'whole 502', true],
  ['bare line feeds', says('HTTP/1.1 200 OK\ncontent-length: 2\n\nok'), 'whole 502', true],
  ['a bare carriage return', says(`${OK}x: a\rset-cookie: b\r\n\r\nok`), 'whole 502', true],
  ['a NUL', says(`${OK}x: a\0b\r\n\r\nok`), 'whole 502', true],
  ['a control character', says(`${OK}x: a\x01b\r\n\r\nok`), 'whole 502', true],
  ['a name with a space', says(`${OK}x y: b\r\n\r\nok`), 'whole 502', true],
  ['a huge head', says(`${OK}x: ${'y'.repeat(100_000)}\r\n\r\nok`), 'whole 502', true],
  ['a head without end', repeats(OK, `x: ${'y'.repeat(5_000)}\r\n`, 1), 'whole 502', true],
  [
    '700 headers',
    says(`${OK}${Array.from({ length: 700 }, (_, n) => `x${n}: y\r\n`).join('')}\r\nok`),
    'whole 200',
    false,
    'kept',
  ],
  [
    'two types',
    says(`${OK}content-type: a/b\r\ncontent-type: text/event-stream\r\n\r\nok`),
    'whole 200',
    false,
    'kept',
  ],
  ['status 99', says('HTTP/1.1 99 X\r\ncontent-length: 2\r\n\r\nok'), 'whole 502', true],
  ['status 000', says('HTTP/1.1 000 X\r\ncontent-length: 2\r\n\r\nok'), 'whole 502', true],
  ['status 1000', says('HTTP/1.1 1000 X\r\ncontent-length: 2\r\n\r\nok'), 'whole 502', true],
  [
    'a change of protocols that nobody asked for',
    says(`HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n${OK}\r\nok`),
    'whole 502',
    true,
  ],
  [
    'early hints first',
    says(`HTTP/1.1 103 X\r\nlink: x\r\n\r\nHTTP/1.1 103 X\r\nlink: y\r\n\r\n${OK}\r\nok`),
    'whole 200',
    false,
    'kept',
  ],
  [
    'early hints without end',
    repeats('', 'HTTP/1.1 103 X\r\nlink: y\r\n\r\n'.repeat(200), 1),
    'whole 504',
    true,
  ],
  [
    'a body where there can be none',
    says('HTTP/1.1 204 X\r\ncontent-length: 4\r\n\r\nEVIL'),
    'whole 204',
    false,
  ],
  ['a body behind 304', says('HTTP/1.1 304 X\r\ncontent-length: 4\r\n\r\nEVIL'), 'whole 304', false],
  ['an answer of HTTP/1.0', saysAndEnds('HTTP/1.0 200 OK\r\n\r\nold'), 'whole 200', false],
  ['nothing, for ever', () => {}, 'whole 504', true],
  ['a head byte by byte without end', repeats('HTTP/1.1 200 OK\r\nx: ', 'y', 20), 'whole 504', true],
  [
    'a body byte by byte without end',
    repeats('HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n', 'y', 20),
    'broken',
    true,
  ],
  ['a body without end', repeats('HTTP/1.1 200 OK\r\n\r\n', 'y'.repeat(100_000), 1), 'broken', true],
  ['half a body, then silence', says('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nhalf'), 'broken', true],
];

describe('a service that misbehaves', () => {
  let harness: Harness;
  const upstreams: RawUpstream[] = [];
  let seq = 0;
  beforeEach(async () => {
    harness = await startHarness({ settings: { sliceMs: 20 } });
  });
  afterEach(async () => {
    expect(harness.complaints).toEqual([]);
    await harness.remove();
    await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
  });
  const serve = async (
    answer: RawAnswer,
    { onConnect, isTimed = false }: { onConnect?: (socket: Socket) => void; isTimed?: boolean } = {},
  ): Promise<RawUpstream> => {
    const upstream = await startRawUpstream(answer, onConnect);
    upstreams.push(upstream);
    seq += 1;
    await harness.push(
      tableWith(seq, [
        serviceWith({
          protocol: 'http',
          // Short only where they have to strike, so that a busy machine is not taken for a silent service.
          timeouts: isTimed
            ? { connectMs: 2_000, firstByteMs: 300, totalMs: 700, idleMs: 300 }
            : { connectMs: 5_000, firstByteMs: 5_000, totalMs: 20_000, idleMs: 5_000 },
          candidate: candidateAt([upstream.address], { share: 1 }),
        }),
      ]),
    );
    return upstream;
  };
  const errors = () => {
    let [bad, good] = [0, 0];
    for (const { guards } of harness.cohorts()) {
      bad += guards.errors!.candidate.bad;
      good += guards.errors!.candidate.good;
    }
    return { bad, good };
  };

  for (const [name, answer, reading, isBad, isKept] of cases)
    it(`sends ${name}`, async () => {
      const isTimed = reading === 'whole 504' || /^a body.*without end$|silence$/.test(name);
      const upstream = await serve(answer, { isTimed });
      const heard = await speak(harness.gateway.address, GET, { forMs: 3_000 });
      expect(readingOf(heard)).toBe(reading);
      if (reading === 'broken') expect(heard.endedBy).not.toBe('nobody');
      await until(() => errors().bad + errors().good === 1);
      expect(errors()).toEqual(isBad ? { bad: 1, good: 0 } : { bad: 0, good: 1 });
      // Whoever broke the rules once is not spoken to on the same connection again.
      if (isKept === undefined) await until(() => upstream.connections[0]!.isClosed);
      else expect(upstream.connections[0]!.isClosed).toBe(false);
      expect(harness.gateway.counts()).toMatchObject({ inFlight: 0, calls: 0, answered: 1 });
    });

  it.each([['trunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\n']])(
    'tells a client of HTTP/1.0 as well that the answer is cut (%s)',
    async (_, text) => {
      await serve((socket) => {
        socket.write(bytes(text));
        setTimeout(() => socket.destroy(), 30);
      });
      const heard = await speak(harness.gateway.address, 'GET /services/spam/x HTTP/1.0\r\n\r\n', {
        forMs: 3_000,
      });
      expect([heard.text.endsWith('short'), heard.endedBy]).toEqual([true, 'reset']);
    },
  );

  it('never gets an answer to one client that was meant for another', async () => {
    const chance = seeded(3);
    const pathOf = (head: string): string => /([^ ]*) HTTP\/1\.1\r\n(?!.*HTTP\/1\.1)/s.exec(head)![1]!;
    const answerFor = (path: string): string =>
      `HTTP/1.1 200 OK\r\ncontent-length: ${path.length}\r\n\r\n${path}`;
    await serve(
      (socket, head, nth) => {
        socket.write(answerFor(pathOf(head)));
        // An answer too many, at once or a little later.
        if (nth % 2 === 0) socket.write(answerFor('/evil'));
        else setTimeout(() => socket.writable && socket.write(answerFor('/evil')), 5);
      },
      {
        onConnect(socket) {
          if (chance.next() < 0.3) socket.write(answerFor('/unasked'));
        },
      },
    );
    for (let n = 0; n < 30; n += 1) {
      const path = `/services/spam/${n}`;
      const heard = await speak(
        harness.gateway.address,
        `GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`,
        {
          forMs: 3_000,
        },
      );
      // What comes unasked right after connecting cannot be told from an answer; what comes later is.
      expect(heard.text).toMatch(new RegExp(`\\r\\n\\r\\n(/${n}|/unasked)$`));
      await pause(20);
    }
  });

  it('answers before the request is sent, and the rest of the upload goes nowhere', async () => {
    const upstream = await serve((socket) => {
      socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 4\r\nconnection: close\r\n\r\nlong');
      socket.pause();
      setTimeout(() => socket.end(), 50);
    });
    const head = 'POST /services/spam/x HTTP/1.1\r\nhost: a\r\ncontent-length: 20000000\r\n\r\n';
    const heard = await speak(harness.gateway.address, [head, Buffer.alloc(4_000_000)], { forMs: 3_000 });
    expect(statusesIn(heard)).toEqual([413]);
    expect(heard.text.endsWith('long')).toBe(true);
    await until(() => harness.gateway.counts().calls === 0);
    // It never read on, so no more than what fits into sockets can have come.
    expect(upstream.received().length).toBeLessThan(1_000_000);
    await until(() => errors().good === 1);
  });
});
