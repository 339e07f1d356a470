import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Gateway } from '../gateway.ts';
import { type CheckedGatewayConfig, checkGatewayConfig } from '../gateway-config.ts';
import { routeFile, routesDirectory } from '../routes/route-file.ts';
import { askAgainAndAgain } from './ask-again-and-again.ts';
import { rehearsalTable } from './rehearsal-table.ts';

export interface Rehearsed {
  readonly answered: number;
  readonly ms: number;
}

export interface RehearsalSpec {
  readonly transport: CheckedGatewayConfig['transport'];
  /** What the second gateway keeps lies here; whatever a rehearsal before has left there is removed. */
  readonly directory: string;
  /** Opens a gateway that tells nobody of itself. */
  readonly open: (config: CheckedGatewayConfig) => Promise<Gateway>;
  /** Default: 400. */
  readonly requests?: number;
  /** No request is begun after that. */
  readonly withinMs: number;
  /** Asked before each request; none follows when it is not. Default: always. */
  readonly isStillWanted?: () => boolean;
}

/**
 * Sends requests through a second gateway of this process, on loopback, with a key that nobody else has and nothing behind it, so that
 * Node.js has compiled what a request needs before users come. What fails here has no consequence but a slower first second.
 */
export async function rehearse(spec: RehearsalSpec): Promise<Rehearsed> {
  const { requests = 400, withinMs, isStillWanted = () => true, directory } = spec;
  const startedAtMs = performance.now();
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  let upstream: Server | null = null;
  let gateway: Gateway | null = null;
  try {
    upstream = await answersEverything();
    const key = randomBytes(24).toString('base64url');
    const { port } = upstream.address() as AddressInfo;
    await routeFile(routesDirectory(directory), 'rehearsal').save(
      rehearsalTable(`http://127.0.0.1:${port}`, key),
    );
    gateway = await spec.open(
      checkGatewayConfig({
        name: 'rehearsal',
        environment: 'rehearsal',
        host: '127.0.0.1',
        port: 0,
        // Nobody is there.
        controlSocket: path.join(directory, 'control.sock'),
        stateDir: directory,
        logDir: path.join(directory, 'logs'),
        ...(spec.transport && { transport: spec.transport }),
      }),
    );
    const answered = await askAgainAndAgain({
      address: new URL(gateway.address),
      key,
      requests,
      untilMs: startedAtMs + withinMs,
      isStillWanted,
    });
    const ms = performance.now() - startedAtMs;
    if (answered === 0 && ms < withinMs && isStillWanted()) throw new Error('no request was answered');
    return { answered, ms };
  } finally {
    // Nobody waits for the end of it.
    void tidyUp(gateway, upstream, directory).catch(() => {});
  }
}

async function tidyUp(gateway: Gateway | null, upstream: Server | null, directory: string): Promise<void> {
  try {
    await gateway?.drain(0);
  } finally {
    upstream?.close();
    upstream?.closeAllConnections();
    await rm(directory, { recursive: true, force: true });
  }
}

const ANSWER = JSON.stringify({ outputs: [{ name: 'text', shape: [1], data: ['x'.repeat(900)] }] });

async function answersEverything(): Promise<Server> {
  const server = createServer((req, res) => {
    req.resume();
    req.on('end', () => res.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}
