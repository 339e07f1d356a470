import { dirname, relative } from 'node:path';
import type { Client, ReleaseRecord } from '../client/client.ts';
import { bytes, plural } from '../client/figures.ts';
import { interpolateService } from '../config/interpolate-service.ts';
import { loadService } from '../config/load-service.ts';
import { renderProblems } from '../config/render-problems.ts';
import { parseVersion } from '../core/release/version.ts';
import { TidegateError } from '../errors.ts';
import { sealRelease } from '../registry/seal.ts';
import type { CommandContext } from './command.ts';
import { findServiceFile } from './find-service-file.ts';
import { unusedNames } from './unused-names.ts';

/** Seals the project here and registers it: every byte that the server lacks is sent. @throws TidegateError */
export const sealHere = async (
  { io, options, say }: CommandContext,
  client: Client,
): Promise<{ readonly service: string; readonly record: ReleaseRecord }> => {
  const path = findServiceFile(io.cwd, options.file);
  const loaded = loadService(path);
  if (loaded.warnings.length > 0) say(renderProblems(loaded.warnings));
  const config = interpolateService(loaded, io.env);
  const fallback = config.traffic.fallback ?? [];
  const unused = unusedNames(
    config,
    (await client.environments()).map(({ name }) => name),
    fallback.length === 0 ? null : (await client.services()).map((one) => one.service),
  );
  for (const sentence of unused) say(`! ${sentence}`);
  const { service } = config;
  const directory = dirname(path);
  const asked = askedVersion(options.version);
  const step = options.bump as 'patch' | 'minor' | 'major' | undefined;
  let sentBytes = 0;
  const progress = openProgress(io.nowMs, say);
  const manifest = await sealRelease({
    directory,
    config,
    serviceFile: relative(directory, path),
    version:
      asked ??
      (async (content) =>
        (await client.nextVersion(service, { content, ...(step === undefined ? {} : { step }) })).version),
    allowsSecretLike: options.allowSecretLike === true,
    onNotice: (text) => say(`note: ${text}`),
    onProgress: (done) =>
      progress(`Sealing: ${done.files} of ${done.filesInAll} files, ${bytes(done.bytes)}`),
    has: client.hasBlob,
    put: async (pieces, digest, size) => {
      await client.putBlob(digest, pieces);
      sentBytes += size;
    },
    ...(io.env.PATH === undefined ? {} : { searchPath: io.env.PATH }),
  });
  const record = await client.createRelease(service, manifest, asked !== undefined);
  const parts = plural(record.manifest.components.length, 'component');
  say(
    `Sealed ${service} ${record.manifest.version}: ${parts}, ${sentBytes === 0 ? 'nothing new to send' : `${bytes(sentBytes)} sent`}.`,
  );
  return { service, record };
};

const askedVersion = (given: unknown): string | undefined => {
  if (typeof given !== 'string') return undefined;
  const version = given.replace(/^v/, '');
  if (parseVersion(version) === null)
    throw new TidegateError('bad-request', `${given} is not a semantic version.`, {
      todo: 'Give one such as 1.4.0, or leave --version out.',
    });
  return version;
};

/** Speaks after the first second, then once a second: short work needs no words. */
const openProgress = (nowMs: () => number, say: (line: string) => void): ((text: string) => void) => {
  let nextAtMs = nowMs() + 1_000;
  return (text) => {
    if (nowMs() < nextAtMs) return;
    nextAtMs = nowMs() + 1_000;
    say(text);
  };
};
