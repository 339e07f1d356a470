import { Agent, request } from 'node:http';

/** How many requests are under way at a time. */
const AT_A_TIME = 8;

/** Keep-alive requests of as many users, one after the other on each connection; how many were answered with 200. */
export async function askAgainAndAgain(spec: {
  readonly address: URL;
  readonly key: string;
  readonly requests: number;
  /** Monotonic. */
  readonly untilMs: number;
  readonly isStillWanted: () => boolean;
}): Promise<number> {
  const { address, key, requests, untilMs, isStillWanted } = spec;
  const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });
  const body = JSON.stringify({
    inputs: [{ name: 'text', shape: [1], datatype: 'BYTES', data: ['x'.repeat(900)] }],
  });
  let begun = 0;
  let answered = 0;
  const ask = (): Promise<boolean> =>
    new Promise((resolve) => {
      begun += 1;
      const asking = request(
        new URL('/v2/models/rehearsal/infer', address),
        {
          method: 'POST',
          agent,
          timeout: Math.max(1, untilMs - performance.now()),
          headers: {
            authorization: `Bearer ${key}`,
            'content-type': 'application/json',
            'content-length': body.length,
            'x-user-id': `user-${begun}`,
          },
        },
        (res) => {
          res.resume();
          res.on('end', () => resolve(res.statusCode === 200));
          res.on('error', () => resolve(false));
        },
      );
      asking.on('timeout', () => asking.destroy());
      asking.on('error', () => resolve(false));
      asking.end(body);
    });
  const askOneAfterTheOther = async (): Promise<void> => {
    while (begun < requests && performance.now() < untilMs && isStillWanted()) {
      if (!(await ask())) return;
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, askOneAfterTheOther));
  agent.destroy();
  return answered;
}
