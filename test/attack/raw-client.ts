import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

export interface Heard {
  /** Everything that came back, as bytes in latin1. */
  readonly text: string;
  /** Who ended the connection; `nobody` when it was still open in the end. */
  readonly endedBy: 'gateway' | 'reset' | 'nobody';
}

/** Writes bytes (latin1 where it is a string), piece by piece, and listens until the other side hangs up or for a while. */
export function speak(
  origin: string,
  pieces: string | Buffer | readonly (string | Buffer)[],
  { forMs = 400, betweenMs = 5 }: { readonly forMs?: number; readonly betweenMs?: number } = {},
): Promise<Heard> {
  const all = typeof pieces === 'string' || Buffer.isBuffer(pieces) ? [pieces] : pieces;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let endedBy: Heard['endedBy'] = 'nobody';
    const socket = dial(origin);
    let give = setTimeout(() => socket.destroy(), 10_000);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => {
      endedBy = 'gateway';
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' && endedBy === 'nobody') endedBy = 'reset';
    });
    socket.on('close', () => {
      clearTimeout(give);
      resolve({ text: Buffer.concat(chunks).toString('latin1'), endedBy });
    });
    socket.on(origin.startsWith('https:') ? 'secureConnect' : 'connect', async () => {
      clearTimeout(give);
      give = setTimeout(() => socket.destroy(), forMs);
      for (const [at, piece] of all.entries()) {
        if (at > 0) await new Promise((goOn) => setTimeout(goOn, betweenMs));
        if (socket.writable) socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
      }
    });
  });
}

/** Over TLS where the origin says so, believing any certificate. */
export function dial(origin: string): Socket {
  const { protocol, hostname, port } = new URL(origin);
  if (protocol === 'https:') {
    const socket = connectSecurely({ host: hostname, port: Number(port), rejectUnauthorized: false });
    return socket.setNoDelay(true);
  }
  return connect({ host: hostname, port: Number(port), noDelay: true });
}

/** Status codes in the order in which the answers came; 1xx left out. */
export const statusesIn = ({ text }: Heard): number[] =>
  [...text.matchAll(/HTTP\/1\.1 ([2-5]\d\d) /g)].map((match) => Number(match[1]));
