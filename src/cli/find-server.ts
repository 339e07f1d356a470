import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { TidegateError } from '../errors.ts';
import type { CliIo } from './cli-io.ts';

export interface FoundServer {
  readonly server: string;
  readonly token: string;
}

/**
 * Which control plane to talk to, and with which token. The address: `--server`, TIDEGATE_SERVER, the nearest
 * `.tidegate/server.json` from the working directory upwards. The token: `--token-file`, TIDEGATE_TOKEN, the file that
 * this same server.json names, which is never sent to another address.
 * @throws TidegateError `server-unreachable` when none is known, `unauthenticated` without a token
 */
export const findServer = (
  io: Pick<CliIo, 'cwd' | 'env'>,
  options: { readonly server?: string | undefined; readonly tokenFile?: string | undefined },
): FoundServer => {
  const asked = options.server ?? nonEmpty(io.env.TIDEGATE_SERVER);
  const near = nearestServer(io.cwd);
  const server = checkedAddress(asked ?? near?.control);
  const token =
    (options.tokenFile === undefined ? undefined : readToken(resolve(io.cwd, options.tokenFile))) ??
    nonEmpty(io.env.TIDEGATE_TOKEN) ??
    (near !== null && sameOrigin(near.control, server) ? readToken(near.tokenFile) : undefined);
  if (token === undefined)
    throw new TidegateError('unauthenticated', `There is no token for ${server}.`, {
      todo: 'Name it with --token-file or TIDEGATE_TOKEN; `tidegate up` says where it is.',
    });
  return { server, token };
};

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

const sameOrigin = (a: string, b: string): boolean =>
  URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin;

const checkedAddress = (address: string | undefined): string => {
  if (address === undefined)
    throw new TidegateError('server-unreachable', 'No control plane is known here.', {
      todo: 'Start one with `tidegate up`, or name one with --server or TIDEGATE_SERVER.',
    });
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new TidegateError('bad-request', `${address} is not the address of a control plane.`, {
      todo: 'Give it as http://HOST:PORT.',
    });
  return url.origin;
};

interface NearServer {
  readonly control: string;
  readonly tokenFile: string;
}

const nearestServer = (from: string): NearServer | null => {
  for (let directory = resolve(from); ; directory = dirname(directory)) {
    const path = join(directory, '.tidegate', 'server.json');
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isFile() === true) {
      // Somebody else's file could send us, and our token, anywhere.
      const uid = process.getuid?.();
      if (uid !== undefined && ((stats.uid !== uid && stats.uid !== 0) || (stats.mode & 0o022) !== 0))
        throw new TidegateError(
          'forbidden',
          `${path} belongs to somebody else or can be written by others.`,
          {
            todo: 'Name the control plane with --server, if you trust it.',
          },
        );
      return readNear(path);
    }
    if (directory === dirname(directory)) return null;
  }
};

const readNear = (path: string): NearServer => {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as { control?: unknown; token_file?: unknown };
    if (typeof value.control === 'string' && typeof value.token_file === 'string')
      return { control: value.control, tokenFile: resolve(dirname(path), value.token_file) };
  } catch (cause) {
    throw new TidegateError('config-invalid', `${path} cannot be read.`, { cause });
  }
  throw new TidegateError('config-invalid', `${path} does not name a control plane.`);
};

const readToken = (path: string): string => {
  let token: string;
  try {
    token = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new TidegateError('unauthenticated', `The token file ${path} cannot be read.`, { cause });
  }
  // Whatever else is in a file must not leave this machine as a header.
  if (!/^[\w.~+/=-]{16,512}$/.test(token))
    throw new TidegateError('unauthenticated', `${path} holds no token.`);
  return token;
};
