import { execFile } from 'node:child_process';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { CHAT_COMPLETIONS, KEY, type Target } from './proxies.ts';
import { CORES, freePort, isListening, type Stand } from './stand.ts';

/**
 * GoModel, the binary that `TIDEGATE_BENCH_GOMODEL` names; null without. It asks for its key; usage records, budgets and
 * its list of prices are off, as audit log and metrics are by default, and it logs warnings only.
 * @throws where the machine has more than the loopback interface: GoModel cannot be told to listen on that one alone.
 */
export async function startGomodel(stand: Stand, upstreamPort: number): Promise<Target | null> {
  const binary = process.env.TIDEGATE_BENCH_GOMODEL;
  if (binary === undefined) return null;
  if (Object.keys(networkInterfaces()).some((name) => name !== 'lo'))
    throw new Error(
      'GoModel listens on every address: bench/gateway/README.md says how to run with loopback alone',
    );
  const { stdout } = await promisify(execFile)(path.resolve(binary), ['--version']);
  const version = /v\d+\.\d+\.\d+\S*/.exec(stdout)?.[0] ?? stdout.trim();
  const port = await freePort();
  const cwd = path.join(stand.directory, 'gomodel');
  await mkdir(cwd);
  await writeFile(
    path.join(cwd, 'config.yaml'),
    `server: { port: '${port}', master_key: bench-key }
models: { configured_provider_models_mode: allowlist }
cache: { model: { model_list: { url: '' } } }
usage: { enabled: false }
budgets: { enabled: false }
providers:
  bench: { type: openai, base_url: 'http://127.0.0.1:${upstreamPort}/v1', api_key: sk-bench, models: [bench] }
`,
  );
  // Nothing of the caller's environment: it could name databases and real providers.
  const env = { PATH: process.env.PATH, HOME: cwd, LOG_LEVEL: 'warn' };
  // It writes a line for every request that the end of a load cuts off.
  const log = path.join(cwd, 'log');
  const file = await open(log, 'w');
  const child = stand.start(CORES.proxy, path.resolve(binary), [], {
    cwd,
    env,
    stdio: ['ignore', 'ignore', file.fd],
  });
  await file.close();
  try {
    await isListening(port);
  } catch (cause) {
    throw new Error(`GoModel does not start: ${(await readFile(log, 'utf8')).slice(-1_000)}`, { cause });
  }
  return { name: 'gomodel', version, port, pid: child.pid!, path: CHAT_COMPLETIONS, headers: KEY };
}
