import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { TidegateError } from '../errors.ts';
import type { CliIo } from './cli-io.ts';

/**
 * Has this process trust the certificates in a file as well as those it trusts anyway: `--ca`, or TIDEGATE_CA. Nothing here ever
 * trusts a server without looking. @throws TidegateError `bad-request` when the file holds no certificate
 */
export const trustAuthority = (
  { cwd, env }: Pick<CliIo, 'cwd' | 'env'>,
  { ca }: { readonly ca?: string | undefined },
): void => {
  const named = ca ?? (env.TIDEGATE_CA === '' ? undefined : env.TIDEGATE_CA);
  if (named === undefined) return;
  const file = resolve(cwd, named);
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
    new X509Certificate(pem);
  } catch (cause) {
    throw new TidegateError('bad-request', `${file} holds no certificate to trust.`, {
      cause,
      todo: 'Name a PEM file with --ca or TIDEGATE_CA.',
    });
  }
  setDefaultCACertificates([...getCACertificates('default'), pem]);
};
