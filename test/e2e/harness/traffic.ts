import { Agent, request } from 'node:http';

/** What one user got. */
export interface Answer {
  readonly atMs: number;
  readonly tookMs: number;
  /** 0 when there was no answer at all. */
  readonly status: number;
  /** Version of the release that answered, as the gateway's header names it; empty without one. */
  readonly version: string;
  readonly invocation: string;
  readonly isRescued: boolean;
  readonly trouble: string | null;
}

export interface Traffic {
  readonly answers: readonly Answer[];
  /** Answers that are no success, in the order they came. */
  errors(): readonly Answer[];
  /** How many answers each version gave. */
  byVersion(): Readonly<Record<string, number>>;
  /** Ends after the answers that are still out have come. */
  stop(): Promise<void>;
}

export interface TrafficOptions {
  /** Requests a second, at even distances whatever becomes of the answers (open loop). Default 150. */
  readonly rate?: number;
  readonly path?: string;
}

const turnMs = 5;

/** Sends requests to a service through its gateway until it is stopped. */
export const startTraffic = (
  gateway: string,
  service: string,
  { rate = 150, path = '/work' }: TrafficOptions = {},
): Traffic => {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const answers: Answer[] = [];
  const out = new Set<Promise<void>>();
  const startedAtMs = performance.now();
  let sent = 0;

  const send = (): void => {
    const one = sendOne(agent, `${gateway}/services/${service}${path}`).then((answer) => {
      answers.push(answer);
      out.delete(one);
    });
    out.add(one);
  };
  const turn = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAtMs) / 1_000) * rate);
    // After a long silence of this process itself there is no point in a burst.
    if (due - sent > rate) sent = due - 1;
    for (; sent < due; sent += 1) send();
  }, turnMs);

  return {
    answers,
    errors: () => answers.filter(({ status }) => status !== 200),
    byVersion() {
      const counts: Record<string, number> = {};
      for (const { version } of answers) counts[version] = (counts[version] ?? 0) + 1;
      return counts;
    },
    async stop() {
      clearInterval(turn);
      await Promise.all(out);
      agent.destroy();
    },
  };
};

const sendOne = (agent: Agent, url: string): Promise<Answer> =>
  new Promise((resolve) => {
    const atMs = Date.now();
    const since = performance.now();
    const done = (status: number, headers: Record<string, unknown>, trouble: string | null): void =>
      resolve({
        atMs,
        tookMs: performance.now() - since,
        status,
        version: String(headers['tidegate-release'] ?? '').replace(/@.*$/, ''),
        invocation: String(headers['tidegate-invocation'] ?? ''),
        isRescued: headers['tidegate-rescued'] === 'true',
        trouble,
      });
    const sending = request(url, { agent, timeout: 10_000 }, (response) => {
      const status = response.statusCode ?? 0;
      let body = '';
      response.on('data', (chunk: Buffer) => {
        if (status !== 200) body += chunk.toString();
      });
      response.on('end', () => done(status, response.headers, status === 200 ? null : body));
      response.on('error', (error) => done(0, response.headers, String(error)));
    });
    sending.on('timeout', () => sending.destroy(new Error('nothing within 10 s')));
    sending.on('error', (error) => done(0, {}, String(error)));
    sending.end();
  });
