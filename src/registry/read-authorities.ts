import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { TidegateError } from '../errors.ts';

const LONGEST = 65_536;
const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The certificates in a PEM file and nothing else that is in it, such as a key. @throws TidegateError `seal-failed` when there is none */
export const readAuthorities = async (file: string): Promise<string> => {
  const failed = (why: string, cause?: unknown): TidegateError =>
    new TidegateError('seal-failed', `The file ${file} that external.ca names ${why}.`, { cause });
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw failed('cannot be read', cause);
  });
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0) throw failed('holds no certificate in PEM');
  for (const block of blocks) {
    try {
      new X509Certificate(block);
    } catch (cause) {
      throw failed('holds a certificate that cannot be read', cause);
    }
  }
  const pem = `${blocks.join('\n')}\n`;
  if (pem.length > LONGEST) throw failed(`holds more than ${LONGEST} characters of certificates`);
  return pem;
};
