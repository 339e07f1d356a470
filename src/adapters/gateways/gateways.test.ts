import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect as dial, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FromGateway, ToGateway } from '../../core/routing/link.ts';
import { compareGenerations, type Generation } from '../../core/routing/table.ts';
import { isTidegateError } from '../../errors.ts';
import { jsonLines } from '../../gateway/json-lines.ts';
import { controlSocketPath } from './control-socket-path.ts';
import { gatewaysContract } from './gateways.contract.ts';
import { openLinkGateways } from './link-gateways.ts';
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
    lose: (boot) => gateways.lose(boot),
    close: () => gateways.close(),
  };
});

gatewaysContract('the link', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'tidegate-link-'));
  const gateways = await openLinkGateways({ socketPath: path.join(directory, 's.sock') });
  const peers = new Map<string, Socket>();
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
    expect(troubles).toEqual(['a gateway sent something unreadable']);
    expect(link.list()).toEqual([]);
    await link.close();
    await rm(directory, { recursive: true });
  });

  it('has a path that fits', () => {
    expect(controlSocketPath('/srv/x')).toBe('/srv/x/gateways.sock');
    const long = controlSocketPath(`/srv/${'deep/'.repeat(40)}`);
    expect(Buffer.byteLength(long)).toBeLessThan(104);
    expect(long).not.toBe(controlSocketPath(`/srv/${'deep/'.repeat(41)}`));
  });
});
