import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

export interface PortRange {
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
}

/** Below what Linux (32768) and macOS (49152) hand out to outgoing connections. */
export const defaultPortRange: PortRange = { from: 21_000, to: 29_999 };

/** Whether nobody listens on this port of the loopback address, found out by listening there for a moment. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port that is free now and not in `taken`; null when the range is used up. */
export async function findFreePort(range: PortRange, taken: ReadonlySet<number>): Promise<number | null> {
  const count = range.to - range.from + 1;
  // Two Tidegates with the same range would race for the same numbers if both began at its start.
  const start = randomInt(count);
  for (let step = 0; step < count; step++) {
    const port = range.from + ((start + step) % count);
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  return null;
}
