const running = new Set<() => void>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Has a process that an interrupt of the terminal does not reach ended together with this one: when it exits, and when a signal that nobody here listens
 * to ends it. `kill` must be synchronous. The function that is returned takes that back.
 */
export const endWithUs = (kill: () => void): (() => void) => {
  if (running.size === 0) {
    process.on('exit', killAll);
    // First, so that those who hear a signal once are still counted.
    for (const signal of SIGNALS) process.prependListener(signal, onSignal);
  }
  running.add(kill);
  return () => {
    if (running.delete(kill) && running.size === 0) leave();
  };
};

const killAll = (): void => {
  for (const kill of [...running]) kill();
};

const leave = (): void => {
  process.off('exit', killAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
};

/** Ends this process as if we had not listened, unless somebody else does. */
const onSignal = (signal: NodeJS.Signals): void => {
  if (process.listenerCount(signal) > 1) return;
  killAll();
  leave();
  process.kill(process.pid, signal);
};
