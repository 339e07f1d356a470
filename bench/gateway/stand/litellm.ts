import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { CHAT_COMPLETIONS, type Target } from './proxies.ts';
import { CORES, freePort, isListening, type Stand } from './stand.ts';

/** It reads about a thousand modules before it listens. */
const STARTS_WITHIN_MS = 180_000;
/** It takes no key that begins otherwise. */
const MASTER_KEY = 'sk-bench-key';

const ASK_VERSION = "from importlib.metadata import version; print(version('litellm'))";

/**
 * LiteLLM's proxy out of the Python environment that `TIDEGATE_BENCH_LITELLM` names; null without. One worker that asks
 * for its key, without a database, so without spend logs; its list of prices is the one it brings, and it logs errors only.
 */
export async function startLitellm(stand: Stand, upstreamPort: number): Promise<Target | null> {
  const environment = process.env.TIDEGATE_BENCH_LITELLM;
  if (environment === undefined) return null;
  const port = await freePort();
  const cwd = path.join(stand.directory, 'litellm');
  await mkdir(cwd);
  const config = path.join(cwd, 'config.yaml');
  await writeFile(
    config,
    `model_list:
  - model_name: bench
    litellm_params: { model: openai/bench, api_base: 'http://127.0.0.1:${upstreamPort}/v1', api_key: sk-bench }
general_settings: { master_key: ${MASTER_KEY} }
`,
  );
  const command = path.resolve(environment, 'bin/litellm');
  const args = ['--config', config, '--host', '127.0.0.1', '--port', `${port}`, '--num_workers', '1'];
  // Nothing of the caller's environment: it could name databases, callbacks and real providers.
  const env = {
    PATH: process.env.PATH,
    HOME: cwd,
    LITELLM_MODE: 'PRODUCTION',
    LITELLM_LOG: 'ERROR',
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
  };
  const child = stand.start(CORES.proxy, command, args, { cwd, env });
  await isListening(port, STARTS_WITHIN_MS);
  const { stdout } = await promisify(execFile)(path.resolve(environment, 'bin/python'), ['-c', ASK_VERSION]);
  const version = stdout.trim();
  const headers = { authorization: `Bearer ${MASTER_KEY}` };
  return { name: 'litellm', version, port, pid: child.pid!, path: CHAT_COMPLETIONS, headers };
}
