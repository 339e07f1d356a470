import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { openHandshakePace } from './tls-handshake-pace.ts';

it('does not hold connections that ended while they waited under a flood', async () => {
  // Each costs so much that after the first none gets its turn.
  const pace = openHandshakePace(() => {
    const untilMs = performance.now() + 200;
    while (performance.now() < untilMs);
  });
  pace.ask(new Socket());
  await new Promise((resolve) => setImmediate(resolve));
  let most = 0;
  for (let count = 0; count < 5_000; count += 1) {
    const socket = new Socket();
    pace.ask(socket);
    socket.destroy();
    most = Math.max(most, pace.waiting());
  }
  expect(most).toBeGreaterThan(100);
  expect(most).toBeLessThanOrEqual(256);
});
