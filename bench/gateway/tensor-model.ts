import { startTensorServer } from '../../src/gateway/testing/tensor-server.ts';

/** A model of its own process, for `batching.ts`: what one call takes in ms is the argument, its address the first line. */
const server = await startTensorServer({ callMs: Number(process.argv[2] ?? 0), isRemembering: false });
console.log(server.address);
process.on('SIGTERM', () => process.exit(0));
