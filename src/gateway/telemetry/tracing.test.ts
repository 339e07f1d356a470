import { readdir, readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayTelemetry } from '../../core/routing/telemetry-spec.ts';
import type { InvocationRecord } from '../invocation-log/line.ts';
import { type Harness, startHarness, until } from '../testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const traceparent = `00-${TRACE}-${PARENT}-01`;

describe('a request that is part of a trace', () => {
  let harness: Harness;
  let seen: IncomingHttpHeaders[] = [];
  const upstreams: TestUpstream[] = [];
  const start = async (status = 200): Promise<TestUpstream> => {
    const upstream = await startUpstream((req, res) => {
      seen.push(req.headers);
      res.writeHead(status).end('answer');
    });
    upstreams.push(upstream);
    return upstream;
  };
  const begin = async (telemetry?: GatewayTelemetry): Promise<void> => {
    harness = await startHarness(telemetry === undefined ? {} : { telemetry });
  };
  beforeEach(() => {
    seen = [];
  });
  afterEach(async () => {
    await harness.remove();
    await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
  });
  const ask = (headers: Record<string, string> = {}) =>
    harness.ask('/v2/models/spam/infer', { method: 'POST', body: '{}', headers });
  const logged = async (count: number): Promise<InvocationRecord[]> => {
    let lines: InvocationRecord[] = [];
    const directory = path.join(harness.logDir, 'production');
    await until(async () => {
      const files = await readdir(directory).catch(() => []);
      const texts = await Promise.all(files.map((file) => readFile(path.join(directory, file), 'utf8')));
      lines = texts.flatMap((text) =>
        text
          .trim()
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as InvocationRecord),
      );
      return lines.length >= count;
    });
    return lines;
  };

  it('goes on with the gateway as the parent, and the log names both', async () => {
    await begin();
    const upstream = await start();
    await harness.push(tableWith(1, [serviceWith({ stable: stableAt(upstream.address) })]));
    await ask({ traceparent, tracestate: 'congo=t61rcWkgMzE' });
    const [, trace, parent, flags] = seen[0]!.traceparent!.toString().split('-');
    expect([trace, flags]).toEqual([TRACE, '01']);
    expect(parent).not.toBe(PARENT);
    expect(seen[0]!.tracestate).toBe('congo=t61rcWkgMzE');
    expect(await logged(1)).toMatchObject([{ trace: TRACE, span: parent }]);
  });

  it('keeps the word of whoever sampled it not', async () => {
    await begin({ makesTraces: true, sampleShare: 1, spans: null });
    const upstream = await start();
    await harness.push(tableWith(1, [serviceWith({ stable: stableAt(upstream.address) })]));
    await ask({ traceparent: `00-${TRACE}-${PARENT}-00` });
    expect(seen[0]!.traceparent).toMatch(/-00$/);
  });

  it('begins a new one where what it says cannot be read, without the state of the other', async () => {
    await begin();
    const upstream = await start();
    await harness.push(tableWith(1, [serviceWith({ stable: stableAt(upstream.address) })]));
    await ask({ traceparent: `00-${'0'.repeat(32)}-${PARENT}-01`, tracestate: 'congo=t61rcWkgMzE' });
    expect(seen[0]!.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]$/);
    expect(seen[0]!.traceparent).not.toContain('0'.repeat(32));
    expect(seen[0]!.tracestate).toBeUndefined();
  });

  it('has none when it brings none and nobody asks for one', async () => {
    await begin();
    const upstream = await start();
    await harness.push(tableWith(1, [serviceWith({ stable: stableAt(upstream.address) })]));
    await ask();
    expect(seen[0]!.traceparent).toBeUndefined();
    const [line] = await logged(1);
    expect(line).not.toHaveProperty('trace');
  });

  it('gets one when the service asks for it, or the gateway', async () => {
    await begin();
    const upstream = await start();
    const stable = stableAt(upstream.address);
    await harness.push(
      tableWith(1, [
        serviceWith({ stable, telemetry: { makesTraces: true } }),
        serviceWith({ service: 'ham', stable }),
      ]),
    );
    await ask();
    await harness.ask('/v2/models/ham/infer', { method: 'POST', body: '{}' });
    expect(seen.map((headers) => headers.traceparent !== undefined)).toEqual([true, false]);
    await harness.remove();
    await begin({ makesTraces: true, sampleShare: 1, spans: null });
    await harness.push(tableWith(1, [serviceWith({ stable })]));
    await ask();
    expect(seen[2]!.traceparent).toMatch(/-03$/);
  });

  it('stays one when stable answers in the candidate’s place, and in its mirrored copy', async () => {
    await begin();
    const [good, bad] = [await start(), await start(500)];
    await harness.push(
      tableWith(1, [
        serviceWith({
          stable: stableAt(good.address),
          candidate: candidateAt([bad.address], { share: 0.5, mirrorShare: 1 }),
        }),
      ]),
    );
    for (let n = 0; n < 10; n += 1) await ask({ traceparent });
    await until(() => seen.length === 20);
    expect(seen.every((headers) => headers.traceparent!.toString().startsWith(`00-${TRACE}-`))).toBe(true);
  });

  it('says nothing of it to the companies that provide models', async () => {
    await begin({ makesTraces: true, sampleShare: 1, spans: null });
    const upstream = await start();
    await harness.push(
      tableWith(1, [
        serviceWith({
          protocol: 'openai',
          service: 'chat',
          stable: { ...stableAt(upstream.address), provider: { name: 'openai' } },
        }),
      ]),
    );
    const body = JSON.stringify({ model: 'chat' });
    await harness.ask('/v1/chat/completions', {
      method: 'POST',
      body,
      headers: { traceparent, tracestate: 'a=b' },
    });
    expect(seen[0]).not.toHaveProperty('traceparent');
    expect(seen[0]).not.toHaveProperty('tracestate');
  });

  it('answers say where the time went when the service asks for it, and only then', async () => {
    await begin();
    const slow = await startUpstream((_, res) => void setTimeout(() => res.end('slow'), 60));
    upstreams.push(slow);
    const stable = stableAt(slow.address);
    await harness.push(
      tableWith(1, [
        serviceWith({ stable, telemetry: { serverTiming: true } }),
        serviceWith({ service: 'ham', stable }),
      ]),
    );
    const timing = String((await ask()).headers['server-timing']);
    const times = Object.fromEntries(
      timing.split(', ').map((part) => {
        const [name, duration] = part.split(';dur=');
        return [name, Number(duration)];
      }),
    );
    expect(Object.keys(times)).toEqual(['queue', 'connect', 'first-byte', 'gateway']);
    expect(times.queue).toBe(0);
    expect(times['first-byte']).toBeGreaterThan(50);
    expect(times.gateway).toBeGreaterThanOrEqual(times['first-byte']!);
    const plain = await harness.ask('/v2/models/ham/infer', { method: 'POST', body: '{}' });
    expect(plain.headers).not.toHaveProperty('server-timing');
  });

  it('beside what the service itself says about its time', async () => {
    await begin();
    const upstream = await startUpstream(
      (_, res) => void res.writeHead(200, { 'server-timing': 'db;dur=53' }).end(),
    );
    const bad = await start(500);
    upstreams.push(upstream);
    await harness.push(
      tableWith(1, [
        serviceWith({
          stable: stableAt(upstream.address),
          candidate: candidateAt([bad.address], { share: 1 }),
          telemetry: { serverTiming: true },
        }),
      ]),
    );
    const timing = String((await ask()).headers['server-timing']);
    expect(timing).toContain('db;dur=53');
    expect(timing).toMatch(/queue;dur=0, failed;dur=\d/);
  });
});
