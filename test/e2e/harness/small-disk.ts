import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly path: string;
  /** Takes every byte that is left. */
  fill(): void;
  /** Gives the bytes back. */
  free(): void;
  unmount(): void;
}

/** Whether this process may mount a file system in memory. */
export const canMount = (): boolean => {
  const trial = mkdtempSync(join(tmpdir(), 'tidegate-trial-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', trial]).status === 0;
  if (isMounted) spawnSync('umount', [trial]);
  rmdirSync(trial);
  return isMounted;
};

/** A disk of its own at `path`. `size` as mount(8) takes it, such as `8m`. */
export const mountSmallDisk = (path: string, size: string): SmallDisk => {
  mkdirSync(path, { recursive: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'tmpfs', path], {
    encoding: 'utf8',
  });
  if (mounted.status !== 0) throw new Error(`mount failed: ${mounted.stderr}`);
  const filler = join(path, 'filler');
  return {
    path,
    fill() {
      const file = openSync(filler, 'a');
      // Ever smaller pieces, down to the last byte.
      for (const bytes of [65_536, 4_096, 512, 64, 1]) {
        try {
          for (;;) writeSync(file, Buffer.alloc(bytes, 'x'));
        } catch {
          // Full for pieces of this size.
        }
      }
      closeSync(file);
    },
    free: () => rmSync(filler, { force: true }),
    unmount: () => void spawnSync('umount', ['--lazy', path]),
  };
};
