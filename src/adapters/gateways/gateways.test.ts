import { chmodSync, lstatSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect as dial, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Frame, FromGateway, ToGateway } from '../../core/routing/link.ts';
import { compareGenerations, type Generation } from '../../core/routing/table.ts';
import type { Measures } from '../../core/telemetry/measures.ts';
import { isTidegateError } from '../../errors.ts';
import { jsonLines } from '../../gateway/http/json-lines.ts';
import { pause, until } from '../../gateway/testing/harness.ts';
import { controlSocketPath } from './control-socket-path.ts';
import { gatewaysContract } from './gateways.contract.ts';
import { type LinkGateways, openLinkGateways } from './link-gateways.ts';
import { openMemoryGateways } from './memory-gateways.ts';

gatewaysContract('memory', async () => {
  const gateways = openMemoryGateways();
  return {
    gateways,
    connect: async (environment, boot, tripped = []) => gateways.connect(environment, boot, { tripped }),
    disconnect: async (boot) => gateways.disconnect(boot),
    sendFrame: (boot, frame) => gateways.deliverFrame(boot, frame),
    sendTrip: (boot, trip) => gateways.deliverTrip(boot, trip),
    sendReport: (_, report) => gateways.deliverFeedback('production', report),
    setMeasures: (boot, measures) => gateways.setMeasures(boot, measures),
    lose: (boot) => gateways.lose(boot),
    close: () => gateways.close(),
  };
});

gatewaysContract('the link', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'tidegate-link-'));
  const gateways = await openLinkGateways({ socketPath: path.join(directory, 's.sock') });
  const peers = new Map<string, Socket>();
  const measures = new Map<string, Measures>();
  const say = (boot: string, message: FromGateway): void =>
    void peers.get(boot)!.write(`${JSON.stringify(message)}\n`);
  return {
    gateways,
    async connect(environment, boot, tripped = []) {
      const socket = dial(gateways.socketPath);
      peers.set(boot, socket);
      let generation: Generation | null = null;
      const lines = jsonLines((value) => {
        const message = value as ToGateway;
        const measured = measures.get(boot);
        if (message.type === 'measure' && measured !== undefined)
          say(boot, { type: 'measured', ask: message.ask, measures: measured });
        if (message.type !== 'routes') return;
        const accepted = generation === null || compareGenerations(message.table.generation, generation) >= 0;
        if (accepted) generation = message.table.generation;
        say(boot, { type: 'applied', generation: message.table.generation, accepted });
      });
      socket.on('data', lines);
      socket.on('error', () => {});
      await new Promise((resolve) => socket.once('connect', resolve));
      say(boot, {
        type: 'hello',
        gateway: 'edge',
        environment,
        boot,
        pid: 1,
        address: 'http://127.0.0.1:1',
        generation,
        tripped,
      });
      while (!gateways.list().some((status) => status.boot === boot && status.connected)) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    async disconnect(boot) {
      peers.get(boot)!.destroy();
    },
    sendFrame: say,
    sendTrip: say,
    sendReport: (boot, report) => say(boot, { type: 'report', report }),
    setMeasures: (boot, measured) => void measures.set(boot, measured),
    lose(boot) {
      gateways.lose('production', boot);
      peers.get(boot)!.end();
    },
    async close() {
      for (const socket of peers.values()) socket.destroy();
      await gateways.close();
      await rm(directory, { recursive: true });
    },
  };
});

describe('the link socket', () => {
  it('is private, replaces a dead one and refuses to share a live one', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'tidegate-link-'));
    const socketPath = path.join(directory, 's.sock');
    await writeFile(socketPath, '');
    const link = await openLinkGateways({ socketPath });
    expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
    await expect(openLinkGateways({ socketPath })).rejects.toSatisfy((error) =>
      isTidegateError(error, 'already-running'),
    );
    await link.close();
    await (await openLinkGateways({ socketPath })).close();
    await rm(directory, { recursive: true });
  });

  it('tells a late listener of processes that were lost before', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'tidegate-link-'));
    const link = await openLinkGateways({ socketPath: path.join(directory, 's.sock') });
    link.lose('production', 'gone-before');
    const lost: string[] = [];
    link.listen({ lost: (environment, boot) => lost.push(`${environment} ${boot}`) });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(lost).toEqual(['production gone-before']);
    await link.close();
    await rm(directory, { recursive: true });
  });

  it('keeps what gateways say before anybody listens, for they count it as told', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'tidegate-link-'));
    const link = await openLinkGateways({ socketPath: path.join(directory, 's.sock') });
    const socket = dial(link.socketPath);
    const hello = {
      type: 'hello',
      gateway: 'edge',
      environment: 'production',
      boot: 'early',
      pid: 1,
      address: 'http://127.0.0.1:1',
      generation: null,
      tripped: [],
    };
    const frame = (seq: number) => ({ type: 'frame', seq, atMs: 1, cohorts: [], traffic: [] });
    for (const message of [hello, frame(1), frame(2)]) socket.write(`${JSON.stringify(message)}\n`);
    while (link.list().length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    socket.write(`${JSON.stringify(frame(3))}\n`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const heard: number[] = [];
    link.listen({ frame: (_environment, _boot, { seq }) => heard.push(seq) });
    while (heard.length < 3) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(heard).toEqual([1, 2, 3]);
    socket.destroy();
    await link.close();
    await rm(directory, { recursive: true });
  });

  it('survives a peer that talks nonsense', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'tidegate-link-'));
    const troubles: string[] = [];
    const link = await openLinkGateways({
      socketPath: path.join(directory, 's.sock'),
      onTrouble: (what) => troubles.push(what),
    });
    const socket = dial(link.socketPath);
    socket.write('{"type":"applied"}\nnonsense\n');
    await new Promise((resolve) => socket.once('close', resolve));
    expect(troubles).toEqual([
      'a gateway sent something that is not as it should be',
      'a gateway sent something unreadable',
    ]);
    expect(link.list()).toEqual([]);
    await link.close();
    await rm(directory, { recursive: true });
  });

  it('has a path that fits', () => {
    expect(controlSocketPath('/srv/x')).toBe('/srv/x/gateways.sock');
    const temporary = mkdtempSync(path.join(tmpdir(), 'tg-'));
    const long = controlSocketPath(`/srv/${'deep/'.repeat(40)}`, temporary);
    expect(Buffer.byteLength(long)).toBeLessThan(104);
    expect(controlSocketPath(`/srv/${'deep/'.repeat(40)}`, temporary)).toBe(long);
    expect(long).not.toBe(controlSocketPath(`/srv/${'deep/'.repeat(41)}`, temporary));
    rmSync(temporary, { recursive: true });
  });

  it('lies, when the path is long, in a directory that is ours alone or nowhere', () => {
    const temporary = mkdtempSync(path.join(tmpdir(), 'tg-'));
    const find = (): string => controlSocketPath(`/srv/${'deep/'.repeat(40)}`, temporary);
    const refusesIt = (): void =>
      expect(find).toThrow(
        expect.objectContaining({ code: 'state-unwritable', todo: expect.stringContaining('shorter') }),
      );
    const directory = path.dirname(find());
    expect(path.dirname(directory)).toBe(temporary);
    expect(lstatSync(directory).mode & 0o777).toBe(0o700);
    chmodSync(directory, 0o750);
    refusesIt();
    rmSync(directory, { recursive: true });
    symlinkSync(mkdtempSync(path.join(temporary, 'theirs-')), directory);
    refusesIt();
    rmSync(directory);
    writeFileSync(directory, '');
    refusesIt();
    rmSync(temporary, { recursive: true });
    refusesIt();
  });

  describe('with one bad message or listener', () => {
    const hello = {
      type: 'hello',
      gateway: 'edge',
      environment: 'production',
      boot: 'b',
      pid: 1,
      address: 'http://127.0.0.1:1',
      generation: null,
      tripped: [],
    };
    const outcomes = { started: 1, bad: 0, good: 1 };
    const cohort = {
      service: 's',
      rollout: 'r',
      source: 'b',
      index: 0,
      stage: 0,
      candidateShare: 0.5,
      startedAtMs: 1,
      closed: true,
      settled: true,
      guards: { errors: { stable: outcomes, candidate: outcomes } },
    };
    const traffic = {
      service: 's',
      release: 'sha256:a',
      releaseVersion: '1',
      track: 'stable',
      answered: 1,
      failed: 0,
      rescued: 0,
      clientErrors: 0,
      feedbackGood: 0,
      feedbackBad: 0,
      mirrorDropped: 0,
      latency: { count: 1, p50Ms: 1, p95Ms: 1, p99Ms: 1 },
      lastAssignedAtMs: 5,
    };
    const frame = (seq: number, rest: object = {}) => ({
      type: 'frame',
      seq,
      atMs: 1,
      cohorts: [],
      traffic: [],
      ...rest,
    });
    const withLink = async (
      test: (link: LinkGateways, say: (...messages: object[]) => void, troubles: string[]) => Promise<void>,
    ): Promise<void> => {
      const directory = await mkdtemp(path.join(tmpdir(), 'tidegate-link-'));
      const troubles: string[] = [];
      const link = await openLinkGateways({
        socketPath: path.join(directory, 's.sock'),
        onTrouble: (what) => troubles.push(what),
      });
      const socket = dial(link.socketPath);
      socket.on('error', () => {});
      await test(
        link,
        (...messages) => socket.write(messages.map((one) => `${JSON.stringify(one)}\n`).join('')),
        troubles,
      );
      socket.destroy();
      await link.close();
      await rm(directory, { recursive: true });
    };

    it('hears the others', () =>
      withLink(async (link, say, troubles) => {
        const heard: Frame[] = [];
        const trips: string[] = [];
        link.listen({
          connected() {
            throw new Error('a listener that fails');
          },
          frame() {
            throw new Error('a listener that fails');
          },
        });
        link.listen({
          connected: ({ tripped }) => trips.push(...tripped),
          frame: (_environment, _boot, one) => heard.push(one),
        });
        const bad = [
          { ...hello, tripped: undefined },
          { ...hello, generation: 3 },
        ];
        const withoutCohorts = { type: 'frame', seq: 1, atMs: 1, traffic: [] };
        say(...bad, { ...hello, tripped: ['r'] }, withoutCohorts, { type: 'else' }, frame(2));
        await until(() => heard.length === 1);
        expect(heard[0]!.seq).toBe(2);
        expect(trips).toEqual(['r']);
        // Two hellos, a frame, an unknown type; and the failing listener at the hello and at the frame.
        expect(troubles).toHaveLength(6);
      }));

    it('hears the rest of a frame, without numbers that cannot be', () =>
      withLink(async (link, say, troubles) => {
        const heard: Frame[] = [];
        link.listen({ frame: (_environment, _boot, one) => heard.push(one) });
        const ahead = { ...traffic, release: 'sha256:b', lastAssignedAtMs: Date.now() + 3_600_000 };
        say(
          hello,
          frame(1, {
            cohorts: [null, { ...cohort, guards: { errors: {} } }, { ...cohort, pairs: null }, cohort],
            traffic: [7, { ...traffic, answered: -1 }, { ...traffic, latency: null }, traffic, ahead],
          }),
        );
        await until(() => heard.length === 1);
        expect(heard[0]!.cohorts).toEqual([cohort]);
        expect(heard[0]!.traffic[0]).toEqual(traffic);
        expect(heard[0]!.traffic).toHaveLength(2);
        expect(heard[0]!.traffic[1]!.lastAssignedAtMs).toBeLessThanOrEqual(Date.now());
        expect(troubles).toHaveLength(7);
      }));

    it('hears what came in before there was a listener', () =>
      withLink(async (link, say, troubles) => {
        say(hello);
        await until(() => link.list().length === 1);
        say(frame(1));
        await pause(20);
        const heard: number[] = [];
        link.lose('production', 'gone-1');
        link.lose('production', 'gone-2');
        const lost: string[] = [];
        link.listen({
          connected() {
            throw new Error('a listener that fails');
          },
          frame: (_environment, _boot, { seq }) => heard.push(seq),
          lost(_environment, boot) {
            lost.push(boot);
            throw new Error('a listener that fails');
          },
        });
        await until(() => heard.length === 1 && lost.length === 2);
        expect(troubles).toHaveLength(3);
      }));

    it('tells the table again with each renewal until the gateway says that it follows', () =>
      withLink(async (link) => {
        link.listen({});
        const generation = { epoch: 1, seq: 5, cut: 0 };
        const socket = dial(link.socketPath);
        const told: string[] = [];
        socket.on(
          'data',
          jsonLines((value) => told.push((value as ToGateway).type)),
        );
        // It has the table already, as after a restart, and what it said of that was lost.
        socket.write(`${JSON.stringify({ ...hello, generation })}\n`);
        await until(() => link.list().length === 1);
        link.push({
          version: 1,
          environment: 'production',
          generation,
          apiKeys: { required: false, keys: [] },
          services: {},
        });
        link.renew('production', generation);
        await until(() => told.join() === 'routes,lease,routes');
        socket.write(`${JSON.stringify({ type: 'applied', generation, accepted: true })}\n`);
        await pause(30);
        link.renew('production', generation);
        await until(() => told.join() === 'routes,lease,routes,lease');
        await pause(20);
        expect(told).toHaveLength(4);
        socket.destroy();
      }));
  });
});
