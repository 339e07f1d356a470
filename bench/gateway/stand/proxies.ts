import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { CORES, freePort, isListening, type Stand } from './stand.ts';

/** A proxy to be measured, or the upstream itself. */
export interface Target {
  readonly name: string;
  /** Of another gateway, as it says itself. */
  readonly version?: string;
  readonly port: number;
  readonly pid: number;
  /** Of one that is several processes: the others. */
  readonly otherPids?: readonly number[];
  /** What has to be asked for, and with which headers, to get through it to the upstream. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const OPEN_INFERENCE = '/v2/models/bench/infer';
export const CHAT_COMPLETIONS = '/v1/chat/completions';
/** Where the upstream counts the requests it has had. */
export const STATUS = '/bench-status';
export const KEY = { authorization: 'Bearer bench-key' };

/** One kilobyte that is a chat completion, so that a gateway for chats alone can take part. */
export const ANSWER = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'bench',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'y'.repeat(780) },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 },
});

/** nginx that answers everything with the same kilobyte, on the core of the load. */
export const startUpstream = (stand: Stand): Promise<Target> =>
  startNginx(stand, 'direct', CORES.load, (port) => [
    `server { listen 127.0.0.1:${port}; location = ${STATUS} { stub_status; } location / { default_type application/json; return 200 '${ANSWER}'; } }`,
  ]);

export const startNginxProxy = (stand: Stand, upstreamPort: number): Promise<Target> =>
  startNginx(stand, 'nginx', CORES.proxy, (port) => [
    `upstream up { server 127.0.0.1:${upstreamPort}; keepalive 128; keepalive_requests 100000000; }`,
    `server { listen 127.0.0.1:${port}; location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header connection ""; } }`,
  ]);

async function startNginx(
  stand: Stand,
  name: string,
  core: string,
  blocks: (port: number) => readonly string[],
): Promise<Target> {
  const port = await freePort();
  const prefix = path.join(stand.directory, name);
  await mkdir(prefix);
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${prefix}/${kind};`,
  );
  const config = path.join(prefix, 'nginx.conf');
  await writeFile(
    config,
    `daemon off; worker_processes 1; pid ${prefix}/pid; error_log ${prefix}/error.log;
     events { worker_connections 4096; }
     http { access_log off; keepalive_requests 100000000; ${temp.join(' ')} ${blocks(port).join(' ')} }`,
  );
  const child = stand.start(core, 'nginx', ['-p', prefix, '-c', config]);
  await isListening(port);
  return { name, port, pid: child.pid!, path: OPEN_INFERENCE, headers: KEY };
}

/** Null when there is no HAProxy on this machine. */
export async function startHaproxy(stand: Stand, upstreamPort: number): Promise<Target | null> {
  if (!(await isInstalled('haproxy'))) return null;
  const port = await freePort();
  const config = path.join(stand.directory, 'haproxy.cfg');
  await writeFile(
    config,
    `global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend in
  bind 127.0.0.1:${port}
  default_backend up
backend up
  server one 127.0.0.1:${upstreamPort}
`,
  );
  const child = stand.start(CORES.proxy, 'haproxy', ['-f', config]);
  await isListening(port);
  return { name: 'haproxy', port, pid: child.pid!, path: OPEN_INFERENCE, headers: KEY };
}

async function isInstalled(command: string): Promise<boolean> {
  try {
    await promisify(execFile)('which', [command]);
    return true;
  } catch {
    return false;
  }
}
