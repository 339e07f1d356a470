import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { CliIo } from './cli-io.ts';

/** The program that opens a file with whatever the person prefers for it. */
const opener = (platform: NodeJS.Platform): readonly [string, ...string[]] => {
  switch (platform) {
    case 'darwin':
      return ['open'];
    case 'win32':
      return ['rundll32', 'url.dll,FileProtocolHandler'];
    default:
      return ['xdg-open'];
  }
};

/** Resolves false when there is no such program, or it says within a second that it cannot. It may run on after us. */
export const openInBrowser = (
  file: string,
  { env }: Pick<CliIo, 'env'>,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> =>
  new Promise((resolve) => {
    const [command, ...first] = opener(platform);
    const child = spawn(command, [...first, pathToFileURL(file).href], {
      detached: true,
      stdio: 'ignore',
      env: { ...env },
    });
    const waited = setTimeout(() => resolve(true), 1000);
    const end = (isOpen: boolean): void => {
      clearTimeout(waited);
      resolve(isOpen);
    };
    child.once('error', () => end(false));
    child.once('exit', (code) => end(code === 0));
    child.unref();
  });
