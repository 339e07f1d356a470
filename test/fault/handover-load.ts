import { Agent, type IncomingMessage, request } from 'node:http';
import { pause } from '../../src/gateway/testing/harness.ts';

/** Clients that try nothing twice: whatever a gateway breaks, they notice. */
export interface HandoverLoad {
  /** Ids of all invocations that were answered as they should be. */
  readonly invocations: ReadonlySet<string>;
  /** Sticky keys that were asked as. */
  readonly users: ReadonlySet<string>;
  readonly streams: number;
  readonly failures: readonly string[];
  stop(): Promise<void>;
}

export interface HandoverLoadSpec {
  readonly port: number;
  readonly path: string;
  /** Whole body of an answer; of a stream, asked with `?stream`. */
  readonly body: string;
  readonly streamBody: string;
}

/** Clients that keep a connection busy, that use one now and then, that open one for each request, and that read streams. */
const CLIENTS = [
  { count: 6, restMs: () => 5, isKept: true, isStream: false },
  { count: 6, restMs: () => 200 + Math.random() * 1_500, isKept: true, isStream: false },
  { count: 4, restMs: () => 15, isKept: false, isStream: false },
  { count: 3, restMs: () => 20, isKept: true, isStream: true },
];

export function startHandoverLoad(spec: HandoverLoadSpec): HandoverLoad {
  const invocations = new Set<string>();
  const users = new Set<string>();
  const failures: string[] = [];
  const agents: Agent[] = [];
  let streams = 0;
  let asks = 0;
  let isStopped = false;

  const ask = (agent: Agent | false, isStream: boolean): Promise<void> =>
    new Promise((resolve) => {
      // Some keys come again, some only once.
      asks += 1;
      const user = asks % 3 === 0 ? `often-${asks % 30}` : `once-${asks}`;
      users.add(user);
      let local = 0;
      const fail = (why: string): void => {
        failures.push(`${isStream ? 'stream' : agent === false ? 'fresh' : 'kept'} from ${local}: ${why}`);
        resolve();
      };
      const asked = request(
        {
          host: '127.0.0.1',
          port: spec.port,
          path: isStream ? `${spec.path}?stream` : spec.path,
          method: 'POST',
          agent,
          headers: { 'x-user': user, 'content-type': 'application/json' },
        },
        (answer: IncomingMessage) => {
          local = answer.socket.localPort ?? 0;
          let body = '';
          answer.setEncoding('utf8');
          answer.on('data', (chunk: string) => {
            body += chunk;
          });
          answer.on('error', (error) => fail(`broken off: ${error.message}`));
          answer.on('end', () => {
            const wanted = isStream ? spec.streamBody : spec.body;
            if (answer.statusCode !== 200) return fail(`status ${answer.statusCode}: ${body}`);
            if (body !== wanted) return fail(`wrong body of ${body.length} characters`);
            invocations.add(String(answer.headers['tidegate-invocation']));
            if (isStream) streams += 1;
            resolve();
          });
        },
      );
      asked.on('error', (error: NodeJS.ErrnoException) => fail(`${error.code ?? ''} ${error.message}`));
      asked.end('{"x":1}');
    });
  const clients = CLIENTS.flatMap(({ count, restMs, isKept, isStream }) =>
    Array.from({ length: count }, async () => {
      const agent = isKept ? new Agent({ keepAlive: true, maxSockets: 1 }) : false;
      if (agent !== false) agents.push(agent);
      while (!isStopped) {
        await ask(agent, isStream);
        await pause(restMs());
      }
    }),
  );
  return {
    invocations,
    users,
    failures,
    get streams() {
      return streams;
    },
    async stop() {
      isStopped = true;
      await Promise.all(clients);
      for (const agent of agents) agent.destroy();
    },
  };
}
