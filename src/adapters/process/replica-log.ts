import { execFile, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { appendFile, type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { findTool, systemPath } from './system-tool.ts';

/** Starts each start's part of a log; what stands above it is of an earlier start. */
const startMark = '--- tidegate: start';

/**
 * Copies its input to a file and moves the file aside when it has grown, so that there are never more than twice `most`
 * bytes. `dd` writes whatever a read brings at once, and says when nothing came (the end). When nothing can be written
 * (a full disk) the output is thrown away: losing log lines is better than a replica that waits for its log.
 */
const writerScript = `
trap '' TERM INT HUP PIPE
umask 077
log=$1 most=$2 blocks=$3
while :; do
  said=$(dd bs=16384 count="$blocks" 2>&1 >>"$log")
  case $said in
    0+0*) exit 0 ;;
    [0-9]*) ;;
    *) said=$(dd bs=16384 count="$blocks" 2>&1 >/dev/null)
       case $said in 0+0*) exit 0 ;; esac ;;
  esac
  size=$(wc -c <"$log") && [ "$size" -ge "$most" ] && mv -f "$log" "$log.1"
done
`;

export interface LogWriter {
  /** For the replica's stdout and stderr; close it once the replica has it. */
  readonly input: FileHandle;
  /** When all of the output is in the file: soon after the last process of the replica has ended. */
  readonly drained: Promise<void>;
}

/**
 * A small process of its own that outlives the control plane: a replica whose pipe nobody reads would stop or die.
 * `bytes` bounds the log file and its predecessor together. Throws when no pipe can be made.
 */
export async function startLogWriter(file: string, bytes: number, title: string): Promise<LogWriter> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await appendFile(file, `${startMark} ${title}\n`, { mode: 0o600 }).catch(() => {});
  const pipe = `${file}.pipe`;
  await rm(pipe, { force: true });
  // Open for others, in a private directory: a replica of another user may then open /dev/stdout again.
  await promisify(execFile)(findTool('mkfifo') ?? 'mkfifo', ['-m', '666', pipe], {
    env: { PATH: systemPath },
  });
  // Opened both ways first, for opening one end alone would wait for the other.
  const both = await open(pipe, constants.O_RDWR);
  const output = await open(pipe, constants.O_RDONLY);
  const input = await open(pipe, constants.O_WRONLY);
  await Promise.all([both.close(), rm(pipe)]);
  const share = Math.floor(bytes / 4);
  const blocks = Math.max(1, Math.floor(share / 16_384));
  const writer = spawn('/bin/sh', ['-c', writerScript, 'tidegate-log', file, String(share), String(blocks)], {
    detached: true,
    env: { PATH: systemPath, LC_ALL: 'C' },
    stdio: [output.fd, 'ignore', 'ignore'],
  });
  const drained = new Promise<void>((resolve) => {
    writer.once('exit', () => resolve());
    writer.once('error', () => resolve());
  });
  writer.unref();
  await output.close();
  return { input, drained };
}

/** The last bytes of a log; empty when there is none. */
export async function readLogTail(file: string, maxBytes: number): Promise<string> {
  const current = await tailOf(file, maxBytes);
  const earlier =
    current.length < maxBytes ? await tailOf(`${file}.1`, maxBytes - current.length) : Buffer.alloc(0);
  return Buffer.concat([earlier, current]).toString('utf8');
}

/** The last lines that the latest start wrote, on one line; empty when it wrote none. */
export async function lastLogLines(file: string): Promise<string> {
  const tail = await readLogTail(file, 4_096);
  const start = tail.lastIndexOf(startMark);
  const own = start === -1 ? tail : tail.slice(tail.indexOf('\n', start) + 1);
  const lines = own.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .slice(-3)
    .join(' | ')
    .slice(-400);
}

async function tailOf(file: string, maxBytes: number): Promise<Buffer> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
  try {
    const { size } = await handle.stat();
    const length = Math.max(0, Math.min(size, Math.floor(maxBytes)));
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
