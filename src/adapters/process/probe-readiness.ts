import { get } from 'node:http';

export type ProbeResult = { readonly kind: 'ready' } | { readonly kind: 'not-ready'; readonly why: string };

/** One GET; ready is any 2xx whose headers arrive within the time-out. Never rejects, also not when called off. */
export function probeReadiness(
  address: string,
  path: string,
  timeoutMs: number,
  calledOff: AbortSignal,
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const notReady = (why: string): void => resolve({ kind: 'not-ready', why });
    const url = new URL(path, address);
    // No keep-alive: a probe must show that a new connection is accepted.
    const request = get(
      url,
      { agent: false, signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), calledOff]) },
      (response) => {
        const status = response.statusCode ?? 0;
        response.destroy();
        if (status >= 200 && status < 300) resolve({ kind: 'ready' });
        else notReady(`GET ${path} answered ${status}`);
      },
    );
    request.on('error', (error: NodeJS.ErrnoException) => {
      const isTimeout = error.name === 'AbortError' || error.name === 'TimeoutError';
      notReady(
        `GET ${path}: ${isTimeout ? `no answer within ${timeoutMs} ms` : (error.code ?? error.message)}`,
      );
    });
  });
}
