import { Agent, request } from 'node:http';

// Run as a process of its own: node stream-client.ts '<StreamsSpec as JSON>'. Prints Streams as JSON.

export interface StreamsSpec {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly streams: number;
  readonly seconds: number;
}

export interface Streams {
  readonly chunks: number;
  readonly lost: number;
  readonly broken: number;
  readonly firstP50Ms: number;
  readonly firstP99Ms: number;
  readonly chunkP50Ms: number;
  readonly chunkP99Ms: number;
}

const nowMs = (): number => performance.timeOrigin + performance.now();

export async function streams({
  port,
  path,
  headers,
  streams: count,
  seconds,
}: StreamsSpec): Promise<Streams> {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const each = seconds * 50;
  const firsts: number[] = [];
  const delays: number[] = [];
  let broken = 0;
  const one = (n: number): Promise<void> =>
    new Promise((resolve) => {
      const askedAtMs = nowMs();
      let hasFirst = false;
      let rest = '';
      const req = request(
        {
          host: '127.0.0.1',
          port,
          path,
          method: 'POST',
          agent,
          headers: { ...headers, 'x-user-id': `user-${n}`, 'x-chunks': String(each) },
        },
        (res) => {
          if (res.statusCode !== 200) broken += 1;
          res.setEncoding('latin1');
          res.on('data', (text: string) => {
            const now = nowMs();
            if (!hasFirst) firsts.push(now - askedAtMs);
            hasFirst = true;
            const events = (rest + text).split('\n\n');
            rest = events.pop()!;
            for (const event of events) delays.push(now - Number(event.slice(6, event.indexOf(' ', 6))));
          });
          res.on('end', resolve);
          res.on('error', () => {
            broken += 1;
            resolve();
          });
        },
      );
      req.on('error', () => {
        broken += 1;
        resolve();
      });
      req.end('{}');
    });
  const running: Promise<void>[] = [];
  for (let n = 0; n < count; n += 1) {
    running.push(one(n));
    // Over two seconds, so that it is streams that are measured and not the connecting.
    await new Promise((resolve) => setTimeout(resolve, 2_000 / count));
  }
  await Promise.all(running);
  const at = (values: number[], share: number): number => {
    values.sort((a, b) => a - b);
    return Number(
      (values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN).toFixed(2),
    );
  };
  return {
    chunks: delays.length,
    lost: count * each - delays.length,
    broken,
    firstP50Ms: at(firsts, 0.5),
    firstP99Ms: at(firsts, 0.99),
    chunkP50Ms: at(delays, 0.5),
    chunkP99Ms: at(delays, 0.99),
  };
}

if (process.argv[1] === import.meta.filename) {
  console.log(JSON.stringify(await streams(JSON.parse(process.argv[2]!) as StreamsSpec)));
  process.exit(0);
}
