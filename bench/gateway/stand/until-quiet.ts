import { processorSeconds } from './process-figures.ts';
import type { Target } from './proxies.ts';

const LOOKS_EVERY_MS = 500;
/** More than the timers of an idle gateway, far less than one request after the other. */
const QUIET_SHARE = 0.1;

/**
 * Until a target has done what was still in flight when its load ended: a slow one would otherwise take the core from the
 * next. Says so and goes on when that takes longer than 20 seconds.
 */
export async function untilQuiet({ name, pid }: Target, withinMs = 20_000): Promise<void> {
  const endsAtMs = performance.now() + withinMs;
  for (let before = await processorSeconds(pid); performance.now() < endsAtMs; ) {
    await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MS));
    const now = await processorSeconds(pid);
    if ((now - before) * 1_000 <= QUIET_SHARE * LOOKS_EVERY_MS) return;
    before = now;
  }
  console.warn(`${name} is still busy ${withinMs} ms after its load has ended`);
}
