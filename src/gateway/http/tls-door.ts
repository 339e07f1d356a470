import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import { noteCarrier } from './tls-carrier.ts';
import { openHandshakePace } from './tls-handshake-pace.ts';

export interface TlsDoor {
  /** Connections whose handshake is not complete. */
  waiting(): number;
  /** Ends those; nothing of them is a request yet. */
  endWaiting(): void;
}

const HANDSHAKE = 0x16;
/** Of a record: its kind, a version, the length of the rest in 16 bits. */
const HEAD_BYTES = 5;
/** So that the answer is not destroyed on its way by what the client is still sending. */
const LINGER_MS = 1_000;
const WRONG_PROTOCOL = 'This address speaks HTTPS: ask again with https:// before it.\n';
const PLAIN_ANSWER = `HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${WRONG_PROTOCOL.length}\r\n\r\n${WRONG_PROTOCOL}`;

/**
 * Stands before the handshakes of a server. A connection costs TLS nothing until the first record of a handshake is there as a whole;
 * when many are, they get a part of the process's time and no more (`openHandshakePace`). Plain HTTP is told its mistake. Only so many connections may be without a finished handshake: when one more comes, the one that has waited
 * longest goes, so that those who hold many keep nobody out who is quick.
 */
export function openTlsDoor(
  server: Server,
  { atMost, withinMs }: { readonly atMost: number; readonly withinMs: number },
): TlsDoor {
  const waiting = new Map<string, Socket>();
  const [shakeHands, ...others] = server.listeners('connection');
  if (shakeHands === undefined || others.length > 0)
    throw new Error('a server of node:https takes connections otherwise than it did');
  const handshakes = openHandshakePace((socket) => void shakeHands.call(server, socket));
  server.removeAllListeners('connection');
  server.on('connection', (accepted) => {
    const socket = accepted as Socket;
    const name = nameOf(socket);
    socket.on('error', () => {});
    if (name === null) {
      socket.destroy();
      return;
    }
    if (waiting.size >= atMost) dropOldest();
    waiting.set(name, socket);
    const late = setTimeout(() => {
      if (waiting.get(name) === socket) socket.destroy();
    }, withinMs);
    socket.once('close', () => {
      clearTimeout(late);
      if (waiting.get(name) === socket) waiting.delete(name);
    });
    const onEnd = (): void => void socket.destroy();
    socket.once('end', onEnd);
    let said: Buffer | null = null;
    const onData = (chunk: Buffer): void => {
      said = said === null ? chunk : Buffer.concat([said, chunk]);
      if (said[0] !== HANDSHAKE) {
        socket.off('data', onData).off('end', onEnd);
        refuse(socket, said);
        return;
      }
      // An object of TLS is dear. Whoever is given one has sent a whole first record, which goes into one packet or two.
      if (said.length < HEAD_BYTES || said.length < HEAD_BYTES + said.readUInt16BE(3)) return;
      socket.off('data', onData).off('end', onEnd);
      socket.pause();
      socket.unshift(said);
      handshakes.ask(socket);
    };
    socket.on('data', onData);
  });
  server.prependListener('secureConnection', (socket) => {
    const name = nameOf(socket);
    const carrier = name === null ? undefined : waiting.get(name);
    if (carrier === undefined) return;
    noteCarrier(socket, carrier);
    waiting.delete(name!);
  });
  // Otherwise it would be taken for a fault in HTTP and answered, on a connection that cannot carry an answer.
  server.removeAllListeners('tlsClientError');
  server.on('tlsClientError', (_, socket) => socket.destroy());

  const dropOldest = (): void => {
    for (const [name, socket] of waiting) {
      waiting.delete(name);
      socket.destroy();
      return;
    }
  };
  return {
    waiting: () => waiting.size,
    endWaiting() {
      for (const socket of waiting.values()) socket.destroy();
    },
  };
}

function refuse(socket: Socket, said: Buffer): void {
  const isLetter = said[0]! >= 65 && said[0]! <= 90;
  if (!isLetter) {
    socket.destroy();
    return;
  }
  socket.end(PLAIN_ANSWER);
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** The same for a connection and the TLS on top of it, and for no other that is open. Null once the client is gone. */
const nameOf = ({ remoteAddress, remotePort, localAddress, localPort }: Socket): string | null =>
  remotePort === undefined ? null : `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
