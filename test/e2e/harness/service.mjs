// A small service whose manners are written in behaviour.json, a component of its release.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const behaviour = JSON.parse(readFileSync(new URL('behaviour.json', import.meta.url), 'utf8'));
let requests = 0;
let owedErrors = 0;

if (behaviour.ignoresSigterm) process.on('SIGTERM', () => console.log('SIGTERM: not now'));
if (behaviour.exitsAtStart) process.exit(3);
if (behaviour.floodsBytesASecond > 0) {
  const line = `${'flood '.repeat(170)}\n`;
  const linesATurn = Math.ceil(behaviour.floodsBytesASecond / line.length / 20);
  setInterval(() => process.stdout.write(line.repeat(linesATurn)), 50);
}

/** What this process can read of the paths and of other processes. */
const peek = (paths) => {
  const read = (path) => {
    try {
      return readFileSync(path, 'latin1').slice(0, 4_000);
    } catch (error) {
      return `refused: ${error.code}`;
    }
  };
  const environs = {};
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    const text = read(`/proc/${entry}/environ`);
    if (!text.startsWith('refused')) environs[entry] = text;
  }
  return {
    uid: process.getuid(),
    files: Object.fromEntries(paths.map((path) => [path, read(path)])),
    environs,
    own: { ...process.env },
  };
};

createServer((request, response) => {
  const say = (status, value) => {
    const body = JSON.stringify(value);
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  };
  if (request.url === '/health') {
    say(behaviour.isNeverReady ? 503 : 200, { pid: process.pid });
    return;
  }
  if (request.url === '/fingerprint') {
    say(200, { serves: behaviour.answers });
    return;
  }
  if (request.url.startsWith('/peek?')) {
    say(200, peek(JSON.parse(decodeURIComponent(request.url.slice(6)))));
    return;
  }
  requests += 1;
  const healthyFor = behaviour.healthyRequests ?? 0;
  if (requests > healthyFor) {
    if (behaviour.exitsAfterRequests && requests >= behaviour.exitsAfterRequests) process.exit(1);
    if (behaviour.hangs) return;
    owedErrors += behaviour.errorShare ?? 0;
    if (owedErrors >= 1) {
      owedErrors -= 1;
      say(500, { error: 'as told' });
      if (behaviour.logsFailures) console.log(JSON.stringify({ failedAtMs: Date.now() }));
      return;
    }
  }
  const answer = () => say(200, { answer: behaviour.answers ?? 'fine', request: requests });
  if (behaviour.delayMs > 0) setTimeout(answer, behaviour.delayMs);
  else answer();
}).listen(Number(process.env.PORT), process.env.HOST);
