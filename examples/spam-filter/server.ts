import type { AddressInfo } from 'node:net';
import { openOnnxClassifier } from './lib/onnx-classifier.ts';
import { createSpamServer } from './lib/spam-server.ts';

/** After this long a connection that is still busy is cut: whoever asked us to stop is about to lose patience. */
const DRAIN_LIMIT_MS = 10_000;

async function main(): Promise<void> {
  const modelFolder = process.env.MODEL_DIR ?? './model';
  const port = Number(process.env.PORT ?? '8080');
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`PORT is not a port: ${process.env.PORT}`);

  const { classify, threshold } = await openOnnxClassifier(modelFolder);
  // The first run compiles and allocates; a user should not be the one who waits for it.
  await classify(['Subject: warm-up\n\nHello.']);

  const { server, drain } = createSpamServer({ classify, threshold });
  // A proxy keeps connections longer than Node's 5 s; the side that closes first should not be this one.
  server.keepAliveTimeout = 75_000;
  server.listen(port, '127.0.0.1', () => {
    const { port: boundPort } = server.address() as AddressInfo;
    console.log(JSON.stringify({ level: 'info', message: 'listening', port: boundPort, modelFolder }));
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      setTimeout(() => server.closeAllConnections(), DRAIN_LIMIT_MS).unref();
      drain().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
}

await main();
