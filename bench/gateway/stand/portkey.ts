import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CHAT_COMPLETIONS, KEY, type Target } from './proxies.ts';
import { CORES, freePort, isListening, type Stand } from './stand.ts';

/** Portkey's gateway out of the folder that `TIDEGATE_BENCH_PORTKEY` names; null without. */
export async function startPortkey(stand: Stand, upstreamPort: number): Promise<Target | null> {
  const folder = process.env.TIDEGATE_BENCH_PORTKEY;
  if (folder === undefined) return null;
  const port = await freePort();
  const packageFolder = path.join(folder, 'node_modules/@portkey-ai/gateway');
  const { version } = JSON.parse(await readFile(path.join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const main = path.join(packageFolder, 'build/start-server.js');
  const child = stand.start(CORES.proxy, process.execPath, [main, `--port=${port}`, '--headless']);
  await isListening(port);
  const headers = {
    ...KEY,
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `http://127.0.0.1:${upstreamPort}/v1`,
  };
  return { name: 'portkey', version, port, pid: child.pid!, path: CHAT_COMPLETIONS, headers };
}
