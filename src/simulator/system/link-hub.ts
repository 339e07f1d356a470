import type { FromGateway, Hello } from '../../core/routing/link.ts';
import { compareGenerations, type Generation, type RouteTable } from '../../core/routing/table.ts';
import type { GatewayListener, GatewayStatus, Gateways } from '../../ports/gateways.ts';
import type { Link } from './link.ts';

/** A control plane's end of all links: does what the real one does, over simulated connections. */
export interface LinkHub {
  readonly port: Gateways;
  /** A gateway has dialled. */
  accept(link: Link): void;
  hear(link: Link, message: FromGateway): void;
  /** The process behind this boot has ended for good. */
  lose(environment: string, boot: string): void;
  closeAll(): void;
}

interface Peer {
  readonly hello: Hello;
  link: Link;
  generation: Generation | null;
  applied: Generation | null;
}

export const openLinkHub = (parts: { readonly pushed: (table: RouteTable) => void }): LinkHub => {
  const tables = new Map<string, RouteTable>();
  const peers = new Map<string, Peer>();
  const lostBoots = new Map<string, string>();
  const listeners = new Set<GatewayListener>();
  const links = new Set<Link>();
  let unheard: (() => void)[] = [];

  const tell = (say: (listener: GatewayListener) => void): void => {
    for (const listener of listeners) say(listener);
  };
  const eachPeer = (environment: string, say: (link: Link) => void): void => {
    for (const { hello, link } of peers.values()) if (hello.environment === environment) say(link);
  };

  const greet = (link: Link, hello: Hello): void => {
    // A greeting that was still on its way when its process ended is nobody's.
    if (lostBoots.has(hello.boot)) return;
    const known = peers.get(hello.boot);
    if (known !== undefined && known.link !== link) known.link.close(true);
    peers.set(hello.boot, { hello, link, generation: hello.generation, applied: null });
    tell((listener) => listener.connected?.(hello));
    const table = tables.get(hello.environment);
    if (table !== undefined) link.toGateway({ type: 'routes', table });
  };

  const hear = (link: Link, message: FromGateway): void => {
    if (message.type === 'hello') {
      greet(link, message);
      return;
    }
    const peer = [...peers.values()].find((one) => one.link === link);
    // Over a rough network something may overtake the greeting: then nobody knows who speaks.
    if (peer === undefined) return;
    if (listeners.size === 0) {
      unheard.push(() => hear(link, message));
      return;
    }
    const { environment, boot } = peer.hello;
    switch (message.type) {
      case 'applied':
        if (message.accepted) peer.generation = peer.applied = message.generation;
        tell((listener) => listener.applied?.(environment, boot, message.generation, message.accepted));
        return;
      case 'frame':
        tell((listener) => listener.frame?.(environment, boot, message));
        return;
      case 'trip':
        tell((listener) => listener.tripped?.(environment, boot, message));
        return;
      case 'report':
        tell((listener) => listener.feedback?.(environment, message.report));
        return;
    }
  };

  const port: Gateways = {
    push(table) {
      const last = tables.get(table.environment);
      if (last !== undefined && compareGenerations(table.generation, last.generation) < 0) return;
      tables.set(table.environment, table);
      parts.pushed(table);
      eachPeer(table.environment, (link) => link.toGateway({ type: 'routes', table }));
    },
    renew(environment, generation) {
      const table = tables.get(environment);
      for (const { hello, link, applied } of peers.values()) {
        if (hello.environment !== environment) continue;
        link.toGateway({ type: 'lease', generation });
        if (table !== undefined && (applied === null || compareGenerations(applied, table.generation) !== 0))
          link.toGateway({ type: 'routes', table });
      }
    },
    stored(boot, seq) {
      peers.get(boot)?.link.toGateway({ type: 'stored', seq });
    },
    listen(listener) {
      listeners.add(listener);
      queueMicrotask(() => {
        if (!listeners.has(listener)) return;
        for (const { hello, link } of peers.values()) if (link.isUp()) listener.connected?.(hello);
        const backlog = unheard;
        unheard = [];
        for (const speak of backlog) speak();
        for (const [boot, environment] of lostBoots) listener.lost?.(environment, boot);
      });
      return () => listeners.delete(listener);
    },
    list: (): GatewayStatus[] =>
      [...peers.values()].map(({ hello, link, generation }) => ({
        gateway: hello.gateway,
        environment: hello.environment,
        boot: hello.boot,
        pid: hello.pid,
        address: hello.address,
        connected: link.isUp(),
        generation,
      })),
    // Nobody looks at the gateways of this world.
    measure: async () => [],
    close: async () => {},
  };

  return {
    port,
    accept(link) {
      links.add(link);
    },
    hear,
    lose(environment, boot) {
      lostBoots.set(boot, environment);
      const peer = peers.get(boot);
      peers.delete(boot);
      peer?.link.close(false);
      tell((listener) => listener.lost?.(environment, boot));
    },
    closeAll() {
      for (const link of links) link.close(false);
    },
  };
};
