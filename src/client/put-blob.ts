import { TidegateError } from '../errors.ts';
import type { Call } from './call.ts';

/** Streams bytes to the server. What reading them throws comes out as it is, for the caller may know how to go on. */
export const putBlob = async (
  call: Call,
  digest: string,
  pieces: AsyncIterable<Uint8Array>,
): Promise<void> => {
  let readFault: { readonly error: unknown } | null = null;
  const source = pieces[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await source.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        readFault = { error };
        controller.error(error);
      }
    },
    async cancel() {
      await source.return?.();
    },
  });
  try {
    await call(`/blobs/${digest}`, { method: 'PUT', body, timeoutMs: null });
  } catch (error) {
    const fault = readFault as { readonly error: unknown } | null;
    if (fault !== null) throw fault.error;
    throw error instanceof TidegateError
      ? error
      : new TidegateError('internal', 'An upload failed.', { cause: error });
  }
};
