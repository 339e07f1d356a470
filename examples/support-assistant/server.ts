import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openIndex } from './lib/article-index.ts';
import { assistant } from './lib/assistant.ts';
import { createChatServer } from './lib/chat-server.ts';
import { openEmbed } from './lib/embed.ts';
import { openLanguageModel } from './lib/language-model.ts';
import { readPrompt } from './lib/prompt.ts';
import { readSettings } from './lib/settings.ts';

/** After this long a connection that is still busy is cut: whoever asked us to stop is about to lose patience. */
const DRAIN_LIMIT_MS = 20_000;
const here = import.meta.dirname;

const port = Number(process.env.PORT ?? '8080');
if (!Number.isInteger(port) || port < 0 || port > 65_535)
  throw new Error(`PORT is not a port: ${process.env.PORT}`);
const threads = Number(process.env.MODEL_THREADS ?? '1');

const settings = readSettings(join(here, 'settings.json'));
const prompt = readPrompt(join(here, 'prompt'));
const embed = await openEmbed(join(here, 'models/embedding'));
const index = openIndex(join(here, 'index/articles.json'), embed);
const model = await openLanguageModel(join(here, 'models/language/model.gguf'), { atOnce: 2, threads });
const answer = assistant({ index, model, prompt, settings });
// The first turn allocates; a user should not be the one who waits for it.
await answer('Hello?', { signal: AbortSignal.timeout(60_000), onText: () => {} });

const server = createChatServer(answer);
// A proxy keeps connections longer than Node's 5 s; the side that closes first should not be this one.
server.keepAliveTimeout = 75_000;
server.listen(port, '127.0.0.1', () => {
  const { port: boundPort } = server.address() as AddressInfo;
  console.log(JSON.stringify({ level: 'info', message: 'listening', port: boundPort, settings }));
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    setTimeout(() => server.closeAllConnections(), DRAIN_LIMIT_MS).unref();
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}
