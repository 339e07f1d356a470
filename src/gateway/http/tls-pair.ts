import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { contextOf } from './tls-context.ts';

/** Where a certificate and its key are; absolute paths of PEM files. */
export interface TlsFiles {
  /** The certificate first, then those that lead from it to a root. */
  readonly certificate: string;
  readonly key: string;
}

export interface TlsPair {
  readonly files: TlsFiles;
  readonly leaf: X509Certificate;
  /** Handed to TLS as they were read; the key is never to be printed. */
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** The key can be read by every user of the machine: said in a sentence, for it works all the same. */
  readonly warning: string | null;
}

export type TlsReading =
  | { readonly kind: 'usable'; readonly pair: TlsPair }
  | { readonly kind: 'unusable'; readonly problem: string };

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Reads a certificate and its key and says in one sentence why they cannot be used together. Dates are not judged here. Never throws. */
export async function readTlsPair(files: TlsFiles): Promise<TlsReading> {
  const unusable = (problem: string): TlsReading => ({ kind: 'unusable', problem });
  const certificatePem = await textOf(files.certificate, 'certificate');
  if (typeof certificatePem !== 'string') return unusable(certificatePem.problem);
  const keyPem = await textOf(files.key, 'key');
  if (typeof keyPem !== 'string') return unusable(keyPem.problem);
  const chain = certificatesIn(certificatePem);
  if (chain === null) return unusable(`${files.certificate} holds a certificate that cannot be read.`);
  const [leaf] = chain;
  if (leaf === undefined) return unusable(`${files.certificate} holds no certificate in PEM.`);
  const key = keyIn(keyPem);
  if (typeof key === 'string') return unusable(`${files.key} ${key}.`);
  if (!leaf.checkPrivateKey(key)) {
    const place = chain.findIndex((one) => one.checkPrivateKey(key));
    return unusable(
      `The key in ${files.key} does not belong to the ${place === -1 ? '' : 'first '}certificate in ${files.certificate}${
        place === -1 ? '.' : `, but to number ${place + 1} there: put that one first.`
      }`,
    );
  }
  const reason = whyNotTaken({ certificatePem, keyPem });
  if (reason !== null)
    return unusable(
      `The certificates in ${files.certificate} with the key in ${files.key} cannot be used: ${reason}.`,
    );
  return {
    kind: 'usable',
    pair: {
      files,
      leaf,
      certificatePem,
      keyPem,
      notBeforeMs: leaf.validFromDate.getTime(),
      notAfterMs: leaf.validToDate.getTime(),
      warning: await opennessOf(files.key),
    },
  };
}

/** What is wrong with the dates of a certificate, as a sentence; null when it is valid now. */
export function datesProblem({ files, notBeforeMs, notAfterMs }: TlsPair, nowMs: number): string | null {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
  if (nowMs > notAfterMs) return `The certificate in ${files.certificate} expired on ${day(notAfterMs)} UTC.`;
  if (nowMs < notBeforeMs)
    return `The certificate in ${files.certificate} is not valid before ${day(notBeforeMs)} UTC.`;
  return null;
}

/** Names and IP addresses that a certificate is for, as its subject alternative name has them. */
export const namesOf = ({ subjectAltName }: X509Certificate): string[] =>
  [...(subjectAltName ?? '').matchAll(/(?:DNS|IP Address):([^,"]+)/g)].map(([, name]) => name!.trim());

async function textOf(file: string, what: string): Promise<string | { readonly problem: string }> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { problem: `There is no ${what} file ${file}.` };
    if (code === 'EACCES') return { problem: `This user may not read the ${what} file ${file}.` };
    return { problem: `The ${what} file ${file} cannot be read: ${message}.` };
  }
}

function certificatesIn(pem: string): X509Certificate[] | null {
  try {
    return [...pem.matchAll(BLOCK)].map(([block]) => new X509Certificate(block));
  } catch {
    return null;
  }
}

/** The code that OpenSSL gives, such as `ERR_OSSL_PEM_BAD_END_LINE`, which names a fault and quotes nothing; null when it takes them. */
function whyNotTaken(material: Parameters<typeof contextOf>[0]): string | null {
  try {
    contextOf(material);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'TLS does not take them';
  }
}

/** The error of the library is left out: nothing that was read from a key file may get into a message. */
function keyIn(pem: string): KeyObject | string {
  try {
    return createPrivateKey(pem);
  } catch {
    return /ENCRYPTED/.test(pem)
      ? 'holds a key under a passphrase, and nobody is there to give it'
      : 'holds no private key in PEM';
  }
}

async function opennessOf(file: string): Promise<string | null> {
  const mode = (await stat(file).catch(() => null))?.mode ?? 0;
  return (mode & 0o007) === 0
    ? null
    : `Every user of this machine can get at the key file ${file} (mode ${(mode & 0o777).toString(8).padStart(4, '0')}); 0600 is enough.`;
}
