import { createHash } from 'node:crypto';
import { Agent, fetch } from 'undici';
import type { Digest } from '../core/digest.ts';
import type { UpstreamTls } from '../core/routing/upstream-tls.ts';
import { tlsConnector } from './tls-connector.ts';

export type FingerprintReading =
  | { readonly ok: true; readonly digest: Digest }
  | { readonly ok: false; readonly detail: string };

const mostBytes = 4 * 1024 * 1024;

/**
 * Digest of what `GET address + path` answers: what identifies a release that somebody else runs. Follows no redirect and
 * reads at most 4 MiB, so that an address can lead nowhere else than where it was configured to.
 * @param timeoutMs for the whole answer, default 10 s
 */
export const readFingerprint = async (
  address: string,
  path: string,
  timeoutMs = 10_000,
  tls: UpstreamTls = {},
): Promise<FingerprintReading> => {
  const url = address.replace(/\/$/, '') + path;
  const dispatcher = new Agent({ connect: tlsConnector(tls, timeoutMs) });
  try {
    const answer = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      dispatcher,
    });
    if (!answer.ok || answer.body === null) {
      await answer.body?.cancel();
      return { ok: false, detail: `${url} answered ${answer.status}` };
    }
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of answer.body) {
      bytes += chunk.length;
      if (bytes > mostBytes) return { ok: false, detail: `${url} answered more than ${mostBytes} bytes` };
      hash.update(chunk);
    }
    return { ok: true, digest: `sha256:${hash.digest('hex')}` };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return {
      ok: false,
      detail: `${url} did not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
    };
  } finally {
    await dispatcher.destroy();
  }
};
