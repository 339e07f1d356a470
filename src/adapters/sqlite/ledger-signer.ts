import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { NoteSigner } from '../../core/ledger/signed-note.ts';
import { TidegateError } from '../../errors.ts';

/**
 * The Ed25519 key that signs checkpoints, from a PEM file (PKCS #8); made with mode 0600 when absent.
 * @param name of the ledger in its signatures, without spaces and `+`.
 * @throws TidegateError `state-unwritable` when it can be neither read nor made, or is another kind of key.
 */
export async function openLedgerSigner({
  file,
  name,
}: {
  readonly file: string;
  readonly name: string;
}): Promise<NoteSigner> {
  try {
    const privateKey = createPrivateKey((await existing(file)) ?? (await made(file)));
    if (privateKey.asymmetricKeyType !== 'ed25519')
      throw new TypeError(`it is a key for ${privateKey.asymmetricKeyType}`);
    const publicKey = createPublicKey(privateKey);
    return {
      name,
      publicKey: Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'),
      sign: (bytes) => sign(null, bytes, privateKey),
      verify: (bytes, signature) => verify(null, bytes, publicKey, signature),
    };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TidegateError('state-unwritable', `The ledger's key ${file} cannot be used: ${why}.`, {
      cause,
    });
  }
}

async function existing(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function made(file: string): Promise<string> {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(pem);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  return pem;
}
