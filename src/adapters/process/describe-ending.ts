import type { Attendance } from './attend-replica.ts';

export interface EndingCircumstances {
  readonly timeoutMs: number;
  /** Set when the kernel ended a process because of it. */
  readonly memoryLimitBytes: number | null;
  /** Of this start, on one line. */
  readonly lastLines: string;
  readonly port: number;
}

/** One line for the operator: why a replica does not run. */
export function describeEnding(
  outcome:
    | Exclude<Attendance, { kind: 'called-off' }>
    | { readonly kind: 'refused'; readonly detail: string },
  around: EndingCircumstances,
): string {
  const log = around.lastLines === '' ? '' : `; its log ends: ${around.lastLines}`;
  switch (outcome.kind) {
    case 'refused':
      return outcome.detail;
    case 'port-taken':
      return `port ${around.port} is answered by another program`;
    case 'never-ready':
      return `not ready within ${around.timeoutMs} ms (${outcome.why})${log}`;
    case 'exited': {
      const memory =
        around.memoryLimitBytes === null
          ? ''
          : ` for using more than its memory limit of ${Math.round(around.memoryLimitBytes / 2 ** 20)} MiB`;
      return `${howItEnded(outcome.ending)}${memory}${log}`;
    }
  }
}

function howItEnded(ending: Extract<Attendance, { kind: 'exited' }>['ending']): string {
  if (ending === null)
    return 'ended (an earlier control plane had started it, so its exit code is not known)';
  if (ending.signal !== null) return `killed by ${ending.signal}`;
  return ending.code === null ? 'ended' : `exited with code ${ending.code}`;
}
