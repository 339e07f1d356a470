import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Digest } from '../core/digest.ts';
import { changed, readUnchanged, retryWhenChanged } from './read-unchanged.ts';
import { sealError } from './seal-error.ts';
import { type SealTarget, sealFile } from './seal-file.ts';

/** Stores a golden set (JSON lines) and counts its cases: the lines that are not blank. @throws `seal-failed` */
export const sealGolden = async (
  location: string,
  name: string,
  target: SealTarget,
): Promise<{ digest: Digest; cases: number }> => {
  // Unlike code it may be a link that leads out of the project: golden sets are shared between services.
  const source = await realpath(location).catch((cause: unknown) => {
    throw sealError(`There is no golden set ${name}.`, { cause, data: { path: name } });
  });
  return retryWhenChanged(async () => {
    const counted = await countCases(source);
    if (counted.cases === 0)
      throw sealError(`The golden set ${name} has no cases.`, { data: { path: name } });
    const { digest } = await sealFile(source, target, () => {});
    if (digest !== counted.digest) throw changed(source);
    return { digest, cases: counted.cases };
  });
};

const countCases = async (source: string): Promise<{ digest: Digest; cases: number }> => {
  const hash = createHash('sha256');
  const hashed = async function* () {
    for await (const piece of readUnchanged(source)) {
      hash.update(piece);
      yield piece;
    }
  };
  let cases = 0;
  const input = Readable.from(hashed(), { objectMode: false });
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() !== '') cases += 1;
  }
  return { digest: `sha256:${hash.digest('hex')}`, cases };
};
