import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface RawUpstream {
  readonly address: string;
  /** What came in over each connection, in the order of the connections. */
  readonly connections: { readonly socket: Socket; received: string; isClosed: boolean }[];
  /** All bytes that ever came in. */
  received(): string;
  close(): Promise<void>;
}

/** Answers a request of which it has seen the whole head; `head` is in latin1. It is called once for each head. */
export type RawAnswer = (socket: Socket, head: string, nthOfConnection: number) => void;

export const plainOk: RawAnswer = (socket) =>
  void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');

/** A service that speaks in bytes: it records what arrives and answers however it likes. `onConnect` runs before anything arrived. */
export async function startRawUpstream(
  answer: RawAnswer = plainOk,
  onConnect: (socket: Socket) => void = () => {},
): Promise<RawUpstream> {
  const connections: RawUpstream['connections'] = [];
  const server = createServer((socket) => {
    const connection = { socket, received: '', isClosed: false };
    connections.push(connection);
    let answered = 0;
    socket.on('error', () => {});
    socket.on('close', () => {
      connection.isClosed = true;
    });
    socket.on('data', (chunk) => {
      connection.received += chunk.toString('latin1');
      const heads = connection.received.match(/\r\n\r\n/g)?.length ?? 0;
      // A body may hold such a line as well; scripts that care send none.
      if (heads > answered) {
        answered += 1;
        answer(socket, connection.received, answered);
      }
    });
    onConnect(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections,
    received: () => connections.map(({ received }) => received).join(''),
    async close() {
      for (const { socket } of connections) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
