import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type ReadAnswer, readAnswers } from './answer-reader.ts';
import type { AnswerPlan } from './echo-upstream.ts';
import { dial } from './raw-client.ts';
import { type Chance, seeded } from './seeded.ts';

export interface Comparison {
  readonly compared: number;
  /** Of both directions of one of the two ways. */
  readonly bodyBytes: number;
  /** The first few, in words. */
  readonly differences: readonly string[];
  readonly different: number;
}

interface Generated {
  readonly method: string;
  /** Before it stands the prefix of the service, on the way through the gateway. */
  readonly target: string;
  readonly headers: string;
  readonly body: Buffer;
}

/** Time-outs that strike on no machine, however busy: they would be differences. */
export const PATIENT = { connectMs: 60_000, firstByteMs: 120_000, totalMs: 240_000, idleMs: 120_000 };

const METHODS = ['GET', 'GET', 'POST', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const STATUSES = [200, 200, 200, 200, 201, 202, 204, 206, 301, 304, 400, 401, 404, 409, 422, 429, 500, 503];
const IN_PATH = "abcXYZ019-._~!$&'()*+,;=:@/%20%C3%A9%2F%00|^`{}[]";
const IN_QUERY = `${IN_PATH}?//=&&%0d%0a\\`;
const SIZES = [
  0, 1, 2, 3, 7, 100, 1_000, 1_023, 1_024, 4_095, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537,
];
const CONNECTIONS = 8;

/** Sends the same requests to the service and through the gateway, pipelined and not, and compares the answers byte for byte. */
export async function compareWays(
  count: number,
  seed: number,
  service: { readonly direct: string; readonly gateway: string; readonly prefix: string },
): Promise<Comparison> {
  const differences: string[] = [];
  let [compared, different, bodyBytes, given] = [0, 0, 0, 0];
  const worker = async (number: number): Promise<void> => {
    const chance = seeded(seed * 1_000 + number);
    while (given < count) {
      const ways = [dial(service.direct), dial(service.gateway)];
      for (const way of ways) way.on('error', () => {});
      // The same two connections for a while, then new ones.
      for (let batch = 0; batch < 12 && given < count; batch += 1) {
        const size = Math.min(chance.below(3) === 0 ? 1 + chance.below(8) : 1, count - given);
        given += size;
        const requests = Array.from({ length: size }, () => generate(chance));
        const cut = chance.below(2 ** 31);
        const [direct, through] = await Promise.all([
          exchange(ways[0]!, requests, '', seeded(cut)),
          exchange(ways[1]!, requests, service.prefix, seeded(cut)),
        ]);
        for (const [at, request] of requests.entries()) {
          compared += 1;
          bodyBytes += request.body.length + direct[at]!.body.length;
          const difference = differenceOf(direct[at]!, through[at]!);
          if (difference === null) continue;
          different += 1;
          if (differences.length < 10) differences.push(`${request.method} ${request.target}: ${difference}`);
        }
      }
      for (const way of ways) way.destroy();
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, number) => worker(number)));
  return { compared, bodyBytes, differences, different };
}

async function exchange(
  socket: Socket,
  requests: readonly Generated[],
  prefix: string,
  chance: Chance,
): Promise<ReadAnswer[]> {
  const answers = readAnswers(
    socket,
    requests.map(({ method }) => method),
    PATIENT.totalMs,
  );
  const bytes = Buffer.concat(requests.map((request) => wire(request, prefix, chance)));
  // Pieces that end anywhere, also inside a line of the head or a chunk size.
  const pieces = 1 + chance.below(5);
  const send = async (): Promise<void> => {
    for (let at = 0, n = 1; at < bytes.length; n += 1) {
      const to = n === pieces ? bytes.length : Math.min(bytes.length, at + 1 + chance.below(bytes.length));
      if (!socket.write(bytes.subarray(at, to))) await Promise.race([once(socket, 'drain'), answers]);
      else if (n < pieces) await new Promise(setImmediate);
      at = to;
    }
  };
  await Promise.all([send(), answers]);
  return answers;
}

function wire({ method, target, headers, body }: Generated, prefix: string, chance: Chance): Buffer {
  const isChunked = body.length > 0 && chance.below(2) === 0;
  const framing = isChunked
    ? 'transfer-encoding: chunked\r\n'
    : body.length > 0 || chance.below(4) === 0
      ? `content-length: ${body.length}\r\n`
      : '';
  const head = Buffer.from(
    `${method} ${prefix}${target} HTTP/1.1\r\nhost: a\r\n${headers}${framing}\r\n`,
    'latin1',
  );
  return Buffer.concat([head, ...(isChunked ? chunked(body, chance) : [body])]);
}

function chunked(body: Buffer, chance: Chance): Buffer[] {
  const parts: Buffer[] = [];
  const most = body.length <= 64 ? 1 + chance.below(3) : 1 + chance.below(body.length);
  for (let at = 0; at < body.length; ) {
    const size = Math.min(body.length - at, 1 + chance.below(most));
    const extension = chance.below(20) === 0 ? ';name="value"' : '';
    parts.push(
      Buffer.from(`${size.toString(16)}${extension}\r\n`),
      body.subarray(at, at + size),
      Buffer.from('\r\n'),
    );
    at += size;
  }
  parts.push(Buffer.from('0\r\n\r\n'));
  return parts;
}

function generate(chance: Chance): Generated {
  const method = chance.pick(METHODS);
  const path = `/${text(chance, IN_PATH, chance.below(30))}`;
  const query = chance.below(2) === 0 ? '' : `?${text(chance, IN_QUERY, chance.below(40))}`;
  const plan: AnswerPlan = {
    status: chance.pick(STATUSES),
    bytes: sizeOf(chance),
    mode: chance.pick(['length', 'chunked', 'events'] as const),
    seed: chance.below(2 ** 31),
  };
  let headers = `x-plan: ${JSON.stringify(plan)}\r\n`;
  for (let n = chance.below(6); n > 0; n -= 1)
    headers += `${chance.pick(['X-One', 'x-two', "x-o'd!d", 'Accept', 'User-Agent'])}: ${text(chance, 'abc \t=;,"\xe9\xff:/()', chance.below(40)).trim()}\r\n`;
  if (chance.below(4) === 0) headers += 'accept: text/event-stream\r\n';
  const hasBody = method === 'POST' || method === 'PUT' || method === 'PATCH' || chance.below(5) === 0;
  const body = Buffer.alloc(hasBody ? sizeOf(chance) : 0);
  for (let at = 0; at + 4 <= body.length; at += 4) body.writeInt32LE((chance.next() * 2 ** 32) | 0, at);
  return { method, target: sound(path) + query, headers, body };
}

/** Mostly small, at times around the sizes of buffers, seldom around the megabyte up to which a gateway keeps a body. */
function sizeOf(chance: Chance): number {
  const kind = chance.below(1_000);
  if (kind < 3) return 1024 * 1024 - 2 + chance.below(5);
  if (kind < 100) return chance.pick(SIZES);
  return chance.below(2_000);
}

const text = (chance: Chance, from: string, length: number): string => {
  let made = '';
  for (let n = 0; n < length; n += 1) made += from[chance.below(from.length)]!;
  return made;
};

/** What a gateway refuses on purpose is changed into something that it does not. */
const sound = (path: string): string =>
  path.replace(/(^|\/|\\|%2f|%5c)(?:\.|%2e){1,2}(?=\/|\\|%2f|%5c|;|%3b|$)/gi, '$1x');

function differenceOf(direct: ReadAnswer, through: ReadAnswer): string | null {
  if (direct.status !== through.status) return `status ${direct.status} directly, ${through.status} through`;
  if (!direct.body.equals(through.body))
    return `bodies of ${direct.body.length} and ${through.body.length} bytes`;
  for (const name of ['x-digest', 'x-odd', 'set-cookie', 'content-type']) {
    const [one, other] = [direct, through].map(({ head }) => linesOf(head, name));
    if (one !== other) return `${name}: ${one} directly, ${other} through`;
  }
  return null;
}

const linesOf = (head: string, name: string): string =>
  head
    .split('\r\n')
    .filter((line) => line.toLowerCase().startsWith(`${name}:`))
    .map((line) => line.slice(name.length + 1).trim())
    .join(' | ');
