import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small server of the Open Inference Protocol whose model works row by row. */
export interface TensorServer {
  readonly address: string;
  /** Rows of each call. */
  readonly calls: { readonly rows: number; readonly headers: IncomingHttpHeaders; readonly body: string }[];
  /** Calls whose connection the other side closed before the answer was over. */
  cancelled: number;
  /** What it does once it has read a call; `well` answers. */
  mode: 'well' | 'hang' | 'cut' | 'busy' | 'flattened' | 'cookie';
  close(): Promise<void>;
}

interface Input {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: string;
  readonly data: readonly unknown[];
  readonly parameters?: unknown;
}

/** What one call takes, before its rows: that is what batches save. */
export interface TensorServerSpec {
  readonly callMs?: number;
  /** Notes every call; default true. */
  readonly isRemembering?: boolean;
}

/**
 * Answers with every input as it was written (`echo_<name>`), and with one number for each row (`row`). Data may be flat or nested. A
 * row that holds "poison" or -666 makes the whole call fail with 400, "crash" ends its connection, as models do.
 */
export async function startTensorServer({
  callMs = 0,
  isRemembering = true,
}: TensorServerSpec = {}): Promise<TensorServer> {
  let queue = Promise.resolve();
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('error', () => {});
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      res.on('close', () => {
        if (!res.writableFinished) self.cancelled += 1;
      });
      const answer = (): void => {
        const send = (status: number, value: unknown): void => {
          const body = JSON.stringify(value);
          res.writeHead(status, {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            ...(self.mode === 'cookie' ? { 'set-cookie': 'for=one' } : {}),
          });
          res.end(body);
        };
        let asked: { id?: string; inputs: Input[]; parameters?: unknown };
        try {
          asked = JSON.parse(text) as typeof asked;
        } catch {
          send(400, { error: 'no JSON' });
          return;
        }
        const rows = asked.inputs?.[0]?.shape?.[0] ?? 0;
        if (isRemembering) self.calls.push({ rows, headers: req.headers, body: text });
        if (self.mode === 'hang') return;
        if (self.mode === 'cut' || text.includes('"crash"')) {
          req.socket.destroy();
          return;
        }
        if (self.mode === 'busy') {
          send(503, { error: 'busy' });
          return;
        }
        const isSound = asked.inputs?.every(({ shape, data }) => sizeOf(data) === product(shape)) === true;
        if (!isSound || text.includes('"poison"') || text.includes('-666')) {
          send(400, { error: 'bad input' });
          return;
        }
        const outputs = asked.inputs.map(({ name, shape, datatype, data, parameters }) => ({
          name: `echo_${name}`,
          shape: self.mode === 'flattened' ? [1, ...shape] : shape,
          datatype,
          ...(parameters === undefined ? {} : { parameters }),
          data: data.flat(Number.POSITIVE_INFINITY),
        }));
        const { data } = asked.inputs[0]!;
        const perRow = product(asked.inputs[0]!.shape.slice(1));
        const row = Array.from(
          { length: rows },
          (_, at) =>
            JSON.stringify(data.flat(Number.POSITIVE_INFINITY).slice(at * perRow, (at + 1) * perRow)).length,
        );
        send(200, {
          model_name: 'rows',
          model_version: '1',
          ...(asked.id === undefined ? {} : { id: asked.id }),
          ...(asked.parameters === undefined ? {} : { parameters: asked.parameters }),
          outputs: [
            ...outputs,
            { name: 'row', shape: [rows, 1], datatype: 'INT64', data: row.map((one) => [one]) },
          ],
        });
      };
      // One call after the other, as on one device.
      if (callMs === 0) answer();
      else queue = queue.then(() => new Promise<void>((done) => setTimeout(done, callMs))).then(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: TensorServer = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    cancelled: 0,
    mode: 'well',
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return self;
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const sizeOf = (data: readonly unknown[] = []): number => data.flat(Number.POSITIVE_INFINITY).length;
