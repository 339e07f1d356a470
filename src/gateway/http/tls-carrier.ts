import type { Socket } from 'node:net';

const carriers = new WeakMap<Socket, Socket>();

/** Notes which connection TLS runs on. */
export const noteCarrier = (socket: Socket, carrier: Socket): void => void carriers.set(socket, carrier);

/** The TCP connection below a socket; itself where there is no TLS between. */
export const carrierOf = (socket: Socket): Socket => carriers.get(socket) ?? socket;
