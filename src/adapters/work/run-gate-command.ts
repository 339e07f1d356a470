import { spawn } from 'node:child_process';

export interface GateCommand {
  readonly command: string;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Null runs it as ourselves. */
  readonly user: { readonly uid: number; readonly gid: number } | null;
  readonly timeoutMs: number;
}

const keptOutputBytes = 8_192;

/**
 * Runs the command of a gate through `sh -c`. Exit code null: it was killed (time-out, signal), could not be started, or
 * was called off before. The output is the end of stdout and stderr together. Whatever it left in its process group is
 * ended with it.
 */
export const runGateCommand = (
  order: GateCommand,
  signal: AbortSignal,
): Promise<{ exitCode: number | null; output: string }> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve({ exitCode: null, output: 'not started: it was called off' });
      return;
    }
    const child = spawn('sh', ['-c', order.command], {
      cwd: order.directory,
      env: { ...order.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(order.user ?? {}),
    });
    let output = '';
    const take = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-keptOutputBytes);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const kill = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group is gone.
      }
    };
    const timer = setTimeout(() => {
      output += `\n(killed after ${order.timeoutMs} ms)`;
      kill();
    }, order.timeoutMs);
    signal.addEventListener('abort', kill, { once: true });
    const done = (exitCode: number | null): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
      kill();
      resolve({ exitCode, output: output.trim() });
    };
    child.once('error', (error) => {
      output += error.message;
      done(null);
    });
    child.once('close', (code) => done(code));
  });
