import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export type ListenerOwner = 'replica' | 'stranger' | 'unknown';

/**
 * Who listens on a loopback port: one of these processes, somebody else, or not to be known (no /proc, no permission).
 * Without this check a program that grabbed the port between our look and the replica's start would pass its probe.
 */
export function listenerOwner(port: number, pids: readonly number[]): ListenerOwner {
  const sockets = listeningSockets(port);
  if (sockets.size === 0) return 'unknown';
  let couldLook = pids.length > 0;
  for (const pid of pids) {
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`)) {
        const target = linkOrEmpty(`/proc/${pid}/fd/${fd}`);
        if (sockets.has(target)) return 'replica';
      }
    } catch {
      couldLook = false;
    }
  }
  return couldLook ? 'stranger' : 'unknown';
}

/** Sockets in state LISTEN (0A) on this port, as `/proc/PID/fd` names them: proc_pid_net(5). */
function listeningSockets(port: number): Set<string> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const found = new Set<string>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of linesOf(file)) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(suffix) && fields[3] === '0A') found.add(`socket:[${fields[9]}]`);
    }
  }
  return found;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function linkOrEmpty(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
