import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TidegateError } from '../errors.ts';

export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Lower-case hexadecimal SHA-256 of the public key's SPKI DER. */
  readonly keyid: string;
}

/**
 * Opens the Ed25519 key (PKCS #8, PEM) in a file, which is made with mode 0600 when there is none yet.
 * @throws `key-unusable` when it is no such key or others may read it
 */
export const openSigningKey = async (path: string): Promise<SigningKey> => {
  const pem = (await readKeyFile(path)) ?? (await createKeyFile(path));
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(pem);
  } catch (cause) {
    throw unusable(`${path} holds no private key in PEM form.`, cause);
  }
  if (privateKey.asymmetricKeyType !== 'ed25519') throw unusable(`${path} is not an Ed25519 key.`);
  const publicKey = createPublicKey(privateKey);
  return { privateKey, publicKey, keyid: keyIdOf(publicKey) };
};

export const keyIdOf = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');

/** The public key as PEM, to give to whoever shall verify. */
export const publicKeyPem = (key: SigningKey): string =>
  key.publicKey.export({ type: 'spki', format: 'pem' }).toString();

const readKeyFile = async (path: string): Promise<string | null> => {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw unusable(`${path} cannot be read: ${error.message}.`, error);
  });
  if (handle === null) return null;
  try {
    if (((await handle.stat()).mode & 0o077) !== 0) throw unusable(`${path} can be read by others.`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
};

const createKeyFile = async (path: string): Promise<string> => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const temporary = join(dirname(path), `.key-${randomBytes(8).toString('hex')}`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }));
      await handle.sync();
    } finally {
      await handle.close();
    }
    // A link, not a rename: of two processes that start at once, the second must take the first one's key.
    await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    const directory = await open(dirname(path), 'r');
    await directory.sync().finally(() => directory.close());
  } finally {
    await rm(temporary, { force: true });
  }
  const pem = await readKeyFile(path);
  if (pem === null) throw unusable(`${path} vanished while it was made.`);
  return pem;
};

const unusable = (message: string, cause?: unknown) => new TidegateError('key-unusable', message, { cause });
