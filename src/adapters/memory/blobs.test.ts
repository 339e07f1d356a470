import { blobsContract } from '../../ports/blobs.contract.ts';
import { openMemoryBlobs } from './blobs.ts';

blobsContract('the in-memory store', async (maxBytes) => {
  const blobs = openMemoryBlobs({ maxBytes });
  return {
    blobs,
    reopen: null,
    corrupt: async (digest, bytes) => blobs.corrupt(digest, bytes),
    close: async () => {},
  };
});
