import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutputCheck } from '../../core/release/manifest.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';
import { atMostAtOnce } from './at-most-at-once.ts';
import { type CheckThread, openCheckThread } from './check-thread.ts';
import { type Checker, openChecker } from './checker.ts';
import { type Outbound, openOutbound } from './outbound.ts';

let thread: CheckThread;
let outbound: Outbound;
const opened: { close(): unknown }[] = [];
beforeEach(() => {
  thread = openCheckThread();
  outbound = openOutbound();
});
afterEach(async () => {
  await Promise.all([thread.close(), outbound.close(), ...opened.splice(0).map((each) => each.close())]);
});

const checkerOf = (...checks: OutputCheck[]): Checker =>
  openChecker({ share: 1, checks }, { thread, outbound, inTurn: atMostAtOnce(4) });
const answer = (body: string) => ({
  status: 200,
  contentType: 'application/json',
  body: new TextEncoder().encode(body),
});
const server = async (...given: Parameters<typeof startUpstream>): Promise<TestUpstream> => {
  const started = await startUpstream(...given);
  opened.push(started);
  return started;
};
const asking = (url: string, timeoutMs = 2_000): OutputCheck => ({ kind: 'http', url, timeoutMs });

describe('an HTTP checker', () => {
  it('gets the answer as it is, and its word counts', async () => {
    const seen: { type: string | undefined; method: string | undefined; url: string | undefined }[] = [];
    const { address } = await server((req, res, body) => {
      seen.push({ type: req.headers['content-type'], method: req.method, url: req.url });
      res.end(JSON.stringify({ valid: body.toString() === '{"a":1}', why: 'ignored' }));
    });
    const checker = checkerOf(asking(`${address}/check`));
    expect(await checker.check(answer('{"a":1}'))).toEqual({ kind: 'valid' });
    expect(await checker.check(answer('{"a":2}'))).toEqual({
      kind: 'invalid',
      check: 0,
      checkKind: 'http',
      fault: 'said-invalid',
    });
    expect(seen[0]).toEqual({ type: 'application/json', method: 'POST', url: '/check' });
  });

  it.each([
    ['HTML', 200, '<html>fine</html>'],
    ['a text', 200, '{"valid": "true"}'],
    ['nothing', 200, ''],
    ['null', 200, 'null'],
    ['a bare yes', 200, 'true'],
    ['an error with a yes', 500, '{"valid": true}'],
    ['another success with a yes', 201, '{"valid": true}'],
    ['too much', 200, `{"valid": true, "filler": "${'x'.repeat(70_000)}"}`],
  ])('that says %s has said nothing', async (_, status, body) => {
    const { address } = await server((_req, res) => {
      res.statusCode = status;
      res.end(body);
    });
    expect(await checkerOf(asking(address)).check(answer('{}'))).toEqual({
      kind: 'unchecked',
      why: 'no-answer',
    });
  });

  it('that is slow or dead has said nothing, and is left alone for a while', async () => {
    const slow = await server((_req, _res) => {});
    const checker = checkerOf(asking(slow.address, 50));
    expect(checker.isReady()).toBe(true);
    expect(await checker.check(answer('{}'))).toMatchObject({ kind: 'unchecked', why: 'no-answer' });
    expect(checker.isReady()).toBe(false);
    const dead = await startUpstream('');
    await dead.close();
    expect(await checkerOf(asking(dead.address)).check(answer('{}'))).toMatchObject({ kind: 'unchecked' });
  });

  it('that trickles its word is not waited for beyond its time', async () => {
    const { address } = await server((_req, res) => {
      res.writeHead(200);
      const trickle = setInterval(() => res.write(' '), 10);
      res.on('close', () => clearInterval(trickle));
    });
    expect(await checkerOf(asking(address, 100)).check(answer('{}'))).toMatchObject({ kind: 'unchecked' });
  });

  it('that points elsewhere is not followed', async () => {
    const elsewhere = await server((req, res) => {
      if (req.url === '/yes') res.end('{"valid": true}');
      else res.writeHead(307, { location: '/yes' }).end();
    });
    expect(await checkerOf(asking(`${elsewhere.address}/ask`)).check(answer('{}'))).toMatchObject({
      kind: 'unchecked',
    });
    expect(elsewhere.requests).toBe(1);
  });

  it('is not asked about what is invalid already', async () => {
    const asked = await server((_req, res) => res.end('{"valid": true}'));
    const checker = checkerOf(asking(asked.address), { kind: 'matches', pattern: 'ham' });
    expect(await checker.check(answer('spam'))).toMatchObject({ check: 1, checkKind: 'matches' });
    expect(asked.requests).toBe(0);
  });

  it('that says no decides even when a check before it could not be run', async () => {
    const { address } = await server((_req, res) => res.end('{"valid": false}'));
    const checker = checkerOf({ kind: 'matches', pattern: '^(a+)+$' }, asking(address));
    expect(await checker.check(answer(`${'a'.repeat(40)}b`))).toMatchObject({ kind: 'invalid', check: 1 });
  });

  it('that says yes does not make up for a check that could not be run', async () => {
    const { address } = await server((_req, res) => res.end('{"valid": true}'));
    const checker = checkerOf({ kind: 'matches', pattern: '^(a+)+$' }, asking(address));
    expect(await checker.check(answer(`${'a'.repeat(40)}b`))).toEqual({ kind: 'unchecked', why: 'too-slow' });
  });
});
