import type { RunSpec } from '../core/release/manifest.ts';
import { TidegateError } from '../errors.ts';
import { interpreterVersion, isCompatible } from './interpreter.ts';

/**
 * Compares the machine with the one a release was sealed for. The interpreter may be newer or older by fixes (Node.js: same
 * major version; Python: same minor version), which is told: a security update of the system must not make every
 * earlier release impossible to go back to.
 * @returns name and version of the interpreter here; null when the release names none
 * @throws `platform-mismatch` naming both sides
 */
export const checkPlatform = async (
  { platform, interpreter }: Pick<RunSpec, 'platform' | 'interpreter'>,
  searchPath: string,
  onLog: (text: string) => void,
): Promise<string | null> => {
  const here = { os: process.platform, arch: process.arch };
  if (platform.os !== here.os || platform.arch !== here.arch) {
    throw mismatch(`${platform.os} on ${platform.arch}`, `${here.os} on ${here.arch}`);
  }
  if (interpreter === null) return null;
  const { name, version } = interpreter;
  const found = await interpreterVersion(name, searchPath);
  if (found === null) throw mismatch(`${name} ${version}`, `no ${name}`);
  if (!isCompatible(name, version, found)) throw mismatch(`${name} ${version}`, `${name} ${found}`);
  if (found !== version) onLog(`Sealed with ${name} ${version}, prepared with ${name} ${found}.\n`);
  return `${name} ${found}`;
};

const mismatch = (sealed: string, here: string) =>
  new TidegateError('platform-mismatch', `The release was sealed for ${sealed}; here is ${here}.`, {
    data: { sealed, here },
  });
