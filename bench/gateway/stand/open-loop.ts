import { connect, type Socket } from 'node:net';

// Run as a process of its own, on the core of the load: node open-loop.ts '<OpenLoopSpec as JSON>'. Prints an OpenLoop as JSON.

export interface OpenLoopSpec {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly perSecond: number;
  readonly seconds: number;
  readonly bodyBytes: number;
}

/** Times from the moment a request was due, whether or not it could be sent then. */
export interface OpenLoop {
  readonly sent: number;
  readonly answered: number;
  readonly errors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly mostMs: number;
}

/** A client that does little: answers are recognised by their length, which the first one tells. */
class Connection {
  readonly socket: Socket;
  dueAtMs = 0;
  #got = 0;
  #bytes = -1;
  #isGood = true;
  readonly #over: (connection: Connection, isGood: boolean) => void;

  constructor(port: number, over: (connection: Connection, isGood: boolean) => void) {
    this.#over = over;
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.socket.on('data', (chunk) => this.#take(chunk));
    this.socket.on('error', () => {});
  }

  send(head: string, dueAtMs: number): void {
    this.dueAtMs = dueAtMs;
    this.#got = 0;
    this.#bytes = -1;
    this.socket.write(head, 'latin1');
  }

  #take(chunk: Buffer): void {
    if (this.#bytes === -1) {
      const end = chunk.indexOf('\r\n\r\n');
      const text = chunk.toString('latin1', 0, end);
      this.#isGood = text.startsWith('HTTP/1.1 200');
      this.#bytes = end + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    }
    this.#got += chunk.length;
    if (this.#got >= this.#bytes) this.#over(this, this.#isGood);
  }
}

export async function openLoop(spec: OpenLoopSpec): Promise<OpenLoop> {
  const { port, perSecond, seconds } = spec;
  const idle: Connection[] = [];
  const waiting: number[] = [];
  const times: number[] = [];
  let sent = 0;
  let errors = 0;
  let user = 0;
  const body = `{"inputs":[{"name":"mail","shape":[1],"datatype":"BYTES","data":["${'x'.repeat(spec.bodyBytes - 70)}"]}]}`;
  const fixed = Object.entries(spec.headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  const message = (): string =>
    `POST ${spec.path} HTTP/1.1\r\nhost: bench\r\n${fixed}x-user-id: user-${(user += 1)}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const over = (connection: Connection, isGood: boolean): void => {
    times.push(performance.now() - connection.dueAtMs);
    if (!isGood) errors += 1;
    const due = waiting.shift();
    if (due === undefined) idle.push(connection);
    else connection.send(message(), due);
  };
  for (let n = 0; n < 128; n += 1) idle.push(new Connection(port, over));
  await new Promise((resolve) => setTimeout(resolve, 200));

  const startedAtMs = performance.now();
  const total = perSecond * seconds;
  await new Promise<void>((resolve) => {
    const pump = (): void => {
      const nowMs = performance.now();
      while (sent < total) {
        const dueAtMs = startedAtMs + (sent * 1000) / perSecond;
        if (dueAtMs > nowMs) break;
        sent += 1;
        const connection = idle.pop();
        if (connection === undefined) waiting.push(dueAtMs);
        else connection.send(message(), dueAtMs);
      }
      if (sent < total) setImmediate(pump);
      else setTimeout(resolve, 2_000);
    };
    pump();
  });
  times.sort((a, b) => a - b);
  const at = (share: number): number =>
    Number((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN).toFixed(2));
  return {
    sent,
    answered: times.length,
    errors,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    p999Ms: at(0.999),
    mostMs: at(1),
  };
}

if (process.argv[1] === import.meta.filename) {
  console.log(JSON.stringify(await openLoop(JSON.parse(process.argv[2]!) as OpenLoopSpec)));
  process.exit(0);
}
