import { createServer, type Socket } from 'node:net';
import { keyMissing } from '../../core/release/judge-key-missing.ts';
import type { CertificateState } from '../../core/routing/certificate-state.ts';
import type { HandoverNews } from '../../core/routing/handover.ts';
import type { FromGateway, Hello, ToGateway } from '../../core/routing/link.ts';
import { compareGenerations, type Generation, type RouteTable } from '../../core/routing/table.ts';
import { jsonLines } from '../../gateway/http/json-lines.ts';
import { parseInvocationId } from '../../gateway/invocation-id.ts';
import type { GatewayListener, GatewayStatus, Gateways } from '../../ports/gateways.ts';
import type { HandoverLine } from './handover-line.ts';
import { judgeKeysOf, usableKeys } from './judge-keys.ts';
import { listenPrivately } from './listen-privately.ts';
import { openAsking } from './open-asking.ts';
import { readFromGateway } from './read-from-gateway.ts';

export interface LinkGateways extends Gateways {
  readonly socketPath: string;
  /** Tells every process that is connected to read its certificates anew. */
  reload(): void;
  readonly handovers: HandoverLine;
  /** To be told by whoever watches the processes: this boot has ended and will never connect again. */
  lose(environment: string, boot: string): void;
}

export interface LinkGatewaysSpec {
  readonly socketPath: string;
  /** Where the keys of judges are looked up; only those that a table names leave it. Default: none are set. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Variables that every gateway is sent, whatever its table names. Default: none. */
  readonly alsoSent?: readonly string[];
  /** Something on the link is not as it should be; nothing is lost by it. */
  readonly onTrouble?: (what: string, error: unknown) => void;
}

interface Peer {
  readonly hello: Hello;
  socket: Socket | null;
  generation: Generation | null;
  /** What it has said to follow on this connection. */
  applied: Generation | null;
  certificates: readonly CertificateState[];
  /** How far it has got with handing over; null: nobody has asked it. */
  handover: HandoverNews | null;
}

const LAST_WORDS_MS = 1_000;
/** A peer that takes nothing for so many bytes is hung; it is cut off and dials again. */
const UNSENT_BYTES_AT_MOST = 64 * 1024 * 1024;

/**
 * The control plane's end of the link: a local socket that only its own user can open, and that gateway processes dial.
 * Throws `already-running` when another control plane answers there.
 */
export async function openLinkGateways(spec: LinkGatewaysSpec): Promise<LinkGateways> {
  const { socketPath, environment: variables = {}, alsoSent = [], onTrouble = () => {} } = spec;
  const tables = new Map<string, RouteTable>();
  const keys = new Map<string, ToGateway & { readonly type: 'keys' }>();
  const named = new Set<string>();
  const peers = new Map<string, Peer>();
  const lostBoots = new Map<string, string>();
  const listeners = new Set<GatewayListener>();
  const sockets = new Set<Socket>();
  /** What gateways said before anybody listened. Losing it would lose outcomes: they count it as told. */
  let unheard: (() => void)[] = [];

  /** One listener or message that fails must not keep the others from being heard. */
  const attempt = (say: () => void): void => {
    try {
      say();
    } catch (error) {
      onTrouble('something a gateway said could not be taken in', error);
    }
  };
  const tell = (say: (listener: GatewayListener) => void): void => {
    for (const listener of listeners) attempt(() => say(listener));
  };
  const send = ({ socket }: Peer, message: ToGateway): void => {
    if (socket === null || socket.destroyed) return;
    socket.write(`${JSON.stringify(message)}\n`);
    if (socket.writableLength > UNSENT_BYTES_AT_MOST) socket.destroy();
  };
  const sendAll = (environment: string, message: ToGateway): void => {
    for (const peer of peers.values()) if (peer.hello.environment === environment) send(peer, message);
  };

  const greet = (socket: Socket, hello: Hello): Peer => {
    peers.get(hello.boot)?.socket?.destroy();
    const peer: Peer = {
      hello,
      socket,
      generation: hello.generation,
      applied: null,
      certificates: [],
      handover: handoverIn(hello) ?? peers.get(hello.boot)?.handover ?? null,
    };
    peers.set(hello.boot, peer);
    tell((listener) => listener.connected?.(hello));
    const table = tables.get(hello.environment);
    // Before the table: nobody is to be judged without the key.
    const ownKeys = keys.get(hello.environment);
    if (ownKeys !== undefined) send(peer, ownKeys);
    if (table !== undefined) send(peer, { type: 'routes', table });
    return peer;
  };
  const handKeys = (table: RouteTable): void => {
    const { environment } = table;
    const { values: inTable, missing } = judgeKeysOf(table, variables);
    const values = { ...inTable, ...usableKeys(alsoSent, variables) };
    for (const { service, variable } of missing) {
      if (named.has(variable)) continue;
      named.add(variable);
      onTrouble('a judge has no key', keyMissing(service, variable));
    }
    if (Object.keys(values).length === 0 && !keys.has(environment)) return;
    const message = { type: 'keys', values } as const;
    keys.set(environment, message);
    sendAll(environment, message);
  };
  const list = (): GatewayStatus[] =>
    [...peers.values()].map(({ hello, socket, generation, certificates }) => ({
      gateway: hello.gateway,
      environment: hello.environment,
      boot: hello.boot,
      pid: hello.pid,
      address: hello.address,
      connected: socket !== null,
      generation,
      ...(hello.cut !== undefined && { cut: hello.cut }),
      ...(certificates.length > 0 && { certificates }),
    }));
  const asking = openAsking({
    list,
    ask: (boot, ask) => send(peers.get(boot)!, { type: 'measure', ask }),
  });
  const hear = (peer: Peer, message: FromGateway): void => {
    if (listeners.size === 0) {
      unheard.push(() => hear(peer, message));
      peer.socket?.pause();
      return;
    }
    const { environment, boot } = peer.hello;
    switch (message.type) {
      case 'hello':
        return;
      case 'applied': {
        const { generation, accepted } = message;
        if (accepted) {
          peer.generation = generation;
          peer.applied = generation;
        }
        tell((listener) => listener.applied?.(environment, boot, generation, accepted));
        return;
      }
      case 'certificates':
        peer.certificates = message.certificates;
        return;
      case 'handover':
        peer.handover = message;
        return;
      case 'measured':
        asking.answered(boot, message.ask, message.measures);
        return;
      case 'frame':
        tell((listener) => listener.frame?.(environment, boot, message));
        return;
      case 'trip':
        tell((listener) => listener.tripped?.(environment, boot, message));
        return;
      case 'report': {
        const owner = peers.get(parseInvocationId(message.report.invocation)?.boot ?? '');
        if (owner !== undefined) send(owner, { type: 'feedback', report: message.report });
        tell((listener) => listener.feedback?.(environment, message.report));
        return;
      }
    }
  };

  const server = createServer((socket) => {
    let peer: Peer | null = null;
    sockets.add(socket);
    const lines = jsonLines((value) => {
      const message = readFromGateway(value, Date.now(), (why) =>
        onTrouble('a gateway sent something that is not as it should be', why),
      );
      if (message === null) return;
      if (peer !== null) hear(peer, message);
      else if (message.type === 'hello') peer = greet(socket, message);
    });
    socket.on('data', (chunk) => {
      try {
        lines(chunk);
      } catch (error) {
        onTrouble('a gateway sent something unreadable', error);
        socket.destroy();
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      if (peer?.socket === socket) peer.socket = null;
    });
  });
  await listenPrivately(server, socketPath);

  return {
    socketPath,
    push(table) {
      const last = tables.get(table.environment);
      if (last !== undefined && compareGenerations(table.generation, last.generation) < 0) return;
      tables.set(table.environment, table);
      handKeys(table);
      sendAll(table.environment, { type: 'routes', table });
    },
    renew(environment, generation) {
      const table = tables.get(environment);
      for (const peer of peers.values()) {
        if (peer.hello.environment !== environment) continue;
        send(peer, { type: 'lease', generation });
        // Whoever has not said that it follows is told again; otherwise what waits for everybody might wait for ever.
        if (table !== undefined && !isSame(peer.applied, table.generation))
          send(peer, { type: 'routes', table });
      }
    },
    stored(boot, seq) {
      const peer = peers.get(boot);
      if (peer !== undefined) send(peer, { type: 'stored', seq });
    },
    listen(listener) {
      listeners.add(listener);
      // Who comes late must still learn of the processes there are, and of those whose outcomes will never come.
      queueMicrotask(() => {
        if (!listeners.has(listener)) return;
        for (const { hello, socket } of peers.values())
          if (socket !== null) attempt(() => listener.connected?.(hello));
        const backlog = unheard;
        unheard = [];
        for (const speak of backlog) attempt(speak);
        for (const socket of sockets) socket.resume();
        for (const [boot, environment] of lostBoots) attempt(() => listener.lost?.(environment, boot));
      });
      return () => listeners.delete(listener);
    },
    list,
    measure: asking.measure,
    reload() {
      for (const peer of peers.values()) send(peer, { type: 'reload' });
    },
    handovers: {
      // One that has gone silent is asked when it is back.
      standing: (boot) => {
        const peer = peers.get(boot);
        if (peer === undefined || peer.socket === null) return 'away';
        return peer.hello.canHandOver === true ? 'able' : 'unable';
      },
      ask(boot, order) {
        const peer = peers.get(boot);
        if (peer === undefined) return;
        peer.handover = null;
        send(peer, { type: 'hand-over', order });
      },
      news(boot) {
        const news = peers.get(boot)?.handover ?? null;
        // A greeting names the successor by its boot; its own greeting says the rest.
        return news?.state === 'done' && news.pid === 0
          ? { ...news, pid: peers.get(news.boot)?.hello.pid ?? 0 }
          : news;
      },
    },
    lose(environment, boot) {
      lostBoots.set(boot, environment);
      const socket = peers.get(boot)?.socket ?? null;
      const gone = (): void => {
        if (!peers.delete(boot) && socket !== null) return;
        tell((listener) => listener.lost?.(environment, boot));
      };
      if (socket === null) {
        gone();
        return;
      }
      // What the process said last may still be on its way; its end of the socket is closed, so this is soon over.
      socket.once('close', gone);
      setTimeout(() => socket.destroy(), LAST_WORDS_MS).unref();
    },
    async close() {
      listeners.clear();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** One that another process has replaced says so at each greeting: the news itself may have been lost. */
const handoverIn = ({ successor }: Hello): HandoverNews | null =>
  successor === undefined ? null : { type: 'handover', boot: successor, state: 'done', pid: 0, detail: '' };

const isSame = (a: Generation | null, b: Generation): boolean => a !== null && compareGenerations(a, b) === 0;
