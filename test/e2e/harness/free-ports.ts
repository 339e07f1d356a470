import { type AddressInfo, createServer, type Server } from 'node:net';

/** So many ports of the loopback that nobody listens on now, all different. */
export const freePorts = async (count: number): Promise<number[]> => {
  const held: Server[] = [];
  for (let n = 0; n < count; n += 1) {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    held.push(server);
  }
  const ports = held.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};
