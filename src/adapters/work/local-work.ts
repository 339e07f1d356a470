import { join } from 'node:path';
import { Agent, request } from 'undici';
import type { ReleaseManifest } from '../../core/release/manifest.ts';
import { manifestDigest } from '../../core/release/seal.ts';
import type { Blobs } from '../../ports/blobs.ts';
import type { Work } from '../../ports/work.ts';
import { readFingerprint } from '../../registry/fingerprint.ts';
import { chooseInstallUser } from '../../registry/install-user.ts';
import { prepareRelease } from '../../registry/prepare.ts';
import { tlsConnector } from '../../registry/tls-connector.ts';
import { evaluateGate } from './evaluate-gate.ts';
import { runGateCommand } from './run-gate-command.ts';

export interface LocalWorkOptions {
  readonly blobs: Blobs;
  /** Where prepared releases stand, see `prepareRelease`. */
  readonly root: string;
  /** Where the runs of evaluations are kept. */
  readonly evaluations: string;
  readonly onLog: (text: string) => void;
}

/** Does the engine's work in this process and on this machine. */
export const openLocalWork = ({ blobs, root, evaluations, onLog }: LocalWorkOptions): Work => {
  const preparing = new Map<string, Promise<{ readonly directory: string }>>();

  /** Two environments may want the same release at once; it is made ready once. */
  const prepare = (manifest: ReleaseManifest): Promise<{ readonly directory: string }> => {
    const release = manifestDigest(manifest);
    const running = preparing.get(release);
    if (running !== undefined) return running;
    const promise = prepareRelease({ manifest, blobs, root, onLog }).finally(() => preparing.delete(release));
    preparing.set(release, promise);
    return promise;
  };

  return {
    prepare,
    async evaluate(order, signal) {
      const isIsolated = (await chooseInstallUser(join(root))) !== null;
      return evaluateGate({ order, blobs, directory: evaluations, isIsolated, signal });
    },
    async command(order, signal) {
      const { directory } = await prepare(order.manifest);
      const env = {
        PATH: process.env.PATH ?? '/usr/bin:/bin',
        TIDEGATE_SERVICE: order.manifest.service,
        TIDEGATE_VERSION: order.manifest.version,
        TIDEGATE_ENVIRONMENT: order.environment,
        /** Where the candidate answers: the first replica, and all of them. */
        TIDEGATE_CANDIDATE: order.candidate[0] ?? '',
        TIDEGATE_CANDIDATES: order.candidate.join(' '),
      };
      const user = await chooseInstallUser(join(root));
      return runGateCommand(
        { command: order.command, directory, env, user, timeoutMs: order.timeoutMs },
        signal,
      );
    },
    async fingerprint(address, path, timeoutMs, tls) {
      const reading = await readFingerprint(address, path, timeoutMs, tls);
      return reading.ok ? reading.digest : null;
    },
    async probe(address, path, timeoutMs, tls = {}) {
      const dispatcher = new Agent({ connect: tlsConnector(tls, timeoutMs) });
      try {
        const answer = await request(`${address}${path}`, {
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
          dispatcher,
        });
        await answer.body.dump();
        return answer.statusCode >= 200 && answer.statusCode < 300;
      } catch {
        return false;
      } finally {
        await dispatcher.destroy();
      }
    },
  };
};
