import { setTimeout as delay } from 'node:timers/promises';

/** After that it listens all the same, and says what is missing: there may be nobody to give it any. */
const WITHIN_MS = 3_000;
const LOOK_EVERY_MS = 10;

/** A new process on a shared port gets its part of the connections as soon as it listens, so it had better know where they go. */
export async function awaitRoutes(hasRoutes: () => boolean): Promise<void> {
  const endsAtMs = performance.now() + WITHIN_MS;
  while (!hasRoutes() && performance.now() < endsAtMs) await delay(LOOK_EVERY_MS);
}
