import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Builds the page as it is published, into a directory of its own: a test never sees an old one. */
export const buildPage = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'tidegate-page-'));
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  await promisify(execFile)(
    process.execPath,
    [vite, 'build', '--outDir', directory, '--emptyOutDir', '--logLevel', 'warn'],
    // The test runner's own NODE_ENV would bring React's development build.
    { cwd: join(root, 'web'), env: { ...process.env, NODE_ENV: 'production' } },
  );
  return directory;
};
