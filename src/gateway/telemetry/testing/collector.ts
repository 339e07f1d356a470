import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** A receiver of OTLP over HTTP as JSON that takes nothing whose shape is not that of the protocol. */
export interface Collector {
  readonly endpoint: string;
  readonly spans: ReceivedSpan[];
  readonly headers: IncomingHttpHeaders[];
  /** What was wrong with deliveries. */
  readonly faults: string[];
  readonly resources: Record<string, string | number | boolean>[];
  deliveries: number;
  /** How the next deliveries are answered. Default: 200. */
  answer:
    | { readonly status: number; readonly body?: object; readonly headers?: Record<string, string> }
    | 'hang';
  close(): Promise<void>;
}

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: number;
  readonly startNano: bigint;
  readonly endNano: bigint;
  readonly attributes: Record<string, string | number | boolean>;
  readonly status: number | undefined;
}

const value = z.union([
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
  z.strictObject({ doubleValue: z.number() }),
  z.strictObject({ boolValue: z.boolean() }),
]);
const attributes = z.array(z.strictObject({ key: z.string().min(1), value }));
const nano = z.string().regex(/^\d{19}$/);
const spanSchema = z.strictObject({
  traceId: z.string().regex(/^(?!0{32})[0-9a-f]{32}$/),
  spanId: z.string().regex(/^(?!0{16})[0-9a-f]{16}$/),
  parentSpanId: z
    .string()
    .regex(/^(?!0{16})[0-9a-f]{16}$/)
    .optional(),
  flags: z.int().min(0).max(255),
  name: z.string().min(1),
  kind: z.union([z.literal(2), z.literal(3)]),
  startTimeUnixNano: nano,
  endTimeUnixNano: nano,
  attributes,
  status: z.strictObject({ code: z.literal(2) }).optional(),
});
const delivery = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeSpans: z.array(
        z.strictObject({ scope: z.strictObject({ name: z.string() }), spans: z.array(spanSchema).min(1) }),
      ),
    }),
  ),
});

export async function startCollector(): Promise<Collector> {
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('error', () => {});
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      self.deliveries += 1;
      self.headers.push(req.headers);
      const { answer } = self;
      if (answer === 'hang') return;
      if (answer.status === 200) take(Buffer.concat(chunks).toString('utf8'), req.headers, req.url!);
      res.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      res.end(JSON.stringify(answer.body ?? {}));
    });
  });
  const take = (text: string, headers: IncomingHttpHeaders, url: string): void => {
    if (url !== '/v1/traces' || headers['content-type'] !== 'application/json') self.faults.push(url);
    const read = delivery.safeParse(JSON.parse(text));
    if (!read.success) {
      self.faults.push(z.prettifyError(read.error));
      return;
    }
    for (const { resource, scopeSpans } of read.data.resourceSpans) {
      self.resources.push(plain(resource.attributes));
      for (const { spans } of scopeSpans)
        for (const span of spans)
          self.spans.push({
            traceId: span.traceId,
            spanId: span.spanId,
            parentSpanId: span.parentSpanId,
            name: span.name,
            kind: span.kind,
            startNano: BigInt(span.startTimeUnixNano),
            endNano: BigInt(span.endTimeUnixNano),
            attributes: plain(span.attributes),
            status: span.status?.code,
          });
    }
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: Collector = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    spans: [],
    headers: [],
    faults: [],
    resources: [],
    deliveries: 0,
    answer: { status: 200 },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return self;
}

const plain = (given: z.infer<typeof attributes>): Record<string, string | number | boolean> =>
  Object.fromEntries(
    given.map(({ key, value: one }) => [
      key,
      'stringValue' in one
        ? one.stringValue
        : 'intValue' in one
          ? Number(one.intValue)
          : 'doubleValue' in one
            ? one.doubleValue
            : one.boolValue,
    ]),
  );
