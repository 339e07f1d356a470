import type { HttpServer } from './http-server.ts';

/** Accepts nothing new, lets what is in flight end (at most `withinMs`), and closes every connection. */
export async function drainServer(
  { server, closeIdle, closeAll }: HttpServer,
  inFlight: () => number,
  withinMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  closeIdle();
  const endsAtMs = performance.now() + withinMs;
  while (inFlight() > 0 && performance.now() < endsAtMs)
    await new Promise((resolve) => setTimeout(resolve, 10));
  closeIdle();
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, inFlight() > 0 ? 0 : 200))]);
  closeAll();
  await closed;
}
