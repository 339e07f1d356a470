import { createServer } from 'node:http';

// node stream-source.ts PORT: answers with a server-sent event every 20 ms that carries the time, as many as `x-chunks` says.

const EVERY_MS = 20;
const port = Number(process.argv[2]);
const open = new Set<{ left: number; nextAtMs: number; write(text: string): void; end(): void }>();

/** Comparable between processes of one machine. */
const nowMs = (): number => performance.timeOrigin + performance.now();

setInterval(() => {
  const now = nowMs();
  for (const stream of open) {
    if (now < stream.nextAtMs) continue;
    stream.nextAtMs += EVERY_MS;
    stream.left -= 1;
    stream.write(`data: ${now.toFixed(3)} ${'t'.repeat(40)}\n\n`);
    if (stream.left > 0) continue;
    open.delete(stream);
    stream.end();
  }
}, 2);

createServer((req, res) => {
  req.resume();
  const left = Number(req.headers['x-chunks'] ?? 0);
  if (left === 0) {
    res.end('ok');
    return;
  }
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  // Streams that begin together would all be due together.
  const stream = {
    left,
    nextAtMs: nowMs() + Math.random() * EVERY_MS,
    write: (text: string) => void res.write(text),
    end: () => void res.end(),
  };
  open.add(stream);
  res.on('close', () => open.delete(stream));
}).listen(port, '127.0.0.1');
