import { createRoute, z } from '@hono/zod-openapi';
import { isTidegateError, TidegateError } from '../../errors.ts';
import type { ApiApp } from '../api-app.ts';
import type { ApiPorts } from '../api-ports.ts';
import { answers } from '../route-parts.ts';
import { digestSchema } from '../schemas/scalars.ts';

const defaultMaxBlobBytes = 32 * 2 ** 30;

const params = z.object({ digest: digestSchema });

const headBlob = {
  method: 'head',
  path: '/blobs/{digest}',
  operationId: 'hasBlob',
  summary: 'Are these bytes here?',
  request: { params },
  responses: { 200: { description: 'They are.' }, 404: { description: 'They are not.' } },
} as const;

const putBlob = createRoute({
  method: 'put',
  path: '/blobs/{digest}',
  operationId: 'putBlob',
  summary: 'Store bytes under their digest',
  description: 'Streamed; kept only when they match the digest.',
  request: {
    params,
    body: {
      content: {
        'application/octet-stream': { schema: z.string().openapi({ type: 'string', format: 'binary' }) },
      },
      required: true,
    },
  },
  responses: answers(z.object({ digest: digestSchema, bytes: z.number() }), 'They are stored.'),
});

export const addBlobRoutes = (app: ApiApp, { blobs, maxBlobBytes = defaultMaxBlobBytes }: ApiPorts): void => {
  app.openAPIRegistry.registerPath(headBlob);
  // Hono answers HEAD by the route of GET; the bytes themselves are not handed out.
  app.get('/blobs/:digest', async (c) => {
    const reading = digestSchema.safeParse(c.req.param('digest'));
    if (!reading.success) throw new TidegateError('bad-request', 'This is not a sha256 digest.');
    if (c.req.method !== 'HEAD') throw new TidegateError('not-found', 'Stored bytes are not handed out.');
    if (!(await blobs.has(reading.data)))
      throw new TidegateError('not-found', `There are no bytes for ${reading.data}.`);
    return c.body(null, 200);
  });

  app.openapi(putBlob, async (c) => {
    const { digest } = c.req.valid('param');
    const declared = Number(c.req.header('content-length') ?? '0');
    if (declared > maxBlobBytes) throw tooLarge(maxBlobBytes);
    const { body } = c.req.raw;
    const bytes =
      body === null ? new Uint8Array() : limited(body as ReadableStream<Uint8Array>, maxBlobBytes);
    const stored = await blobs.put(bytes, digest).catch((error: unknown) => {
      // Nothing stored is broken: what was sent is not what it was called.
      throw isTidegateError(error, 'blob-corrupt')
        ? new TidegateError('bad-request', error.message, { cause: error, todo: 'Send the bytes again.' })
        : error;
    });
    return c.json(stored, 200);
  });
};

async function* limited(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield piece;
  }
}

const tooLarge = (maxBytes: number): TidegateError =>
  new TidegateError('too-large', `A blob may have at most ${maxBytes} bytes.`);
