import { join } from 'node:path';
import { Agent, request } from 'undici';
import type { EvaluationResult } from '../../core/evaluation/requirement.ts';
import type { ReleaseManifest } from '../../core/release/manifest.ts';
import { digestOf, manifestDigest } from '../../core/release/seal.ts';
import { TidegateError } from '../../errors.ts';
import { readGolden } from '../../evaluate/golden.ts';
import { evaluate } from '../../evaluate/run.ts';
import type { Blobs } from '../../ports/blobs.ts';
import type { Work } from '../../ports/work.ts';
import { readFingerprint } from '../../registry/fingerprint.ts';
import { chooseInstallUser } from '../../registry/install-user.ts';
import { prepareRelease } from '../../registry/prepare.ts';
import { tlsConnector } from '../../registry/tls-connector.ts';
import { runGateCommand } from './run-gate-command.ts';

export interface LocalWorkOptions {
  readonly blobs: Blobs;
  /** Where prepared releases stand, see `prepareRelease`. */
  readonly root: string;
  readonly onLog: (text: string) => void;
}

/** Does the engine's work in this process and on this machine. */
export const openLocalWork = ({ blobs, root, onLog }: LocalWorkOptions): Work => {
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
    async evaluate(order, signal): Promise<EvaluationResult> {
      const spec = order.manifest.evaluation;
      if (spec === null)
        throw new TidegateError(
          'evaluation-unusable',
          `${order.manifest.service} ${order.manifest.version} has no golden set.`,
        );
      if (order.candidate.length === 0)
        throw new TidegateError('evaluation-unusable', 'No replica of the release answers.');
      const { digest } = spec.golden;
      const { serving } = order.manifest;
      const source = { name: `golden set ${digest}`, open: () => blobs.open(digest) };
      const {
        outcomes: _outcomes,
        worst,
        ...result
      } = await evaluate({
        spec,
        cases: readGolden(source, digest),
        candidate: order.candidate,
        stable: order.stable?.addresses ?? null,
        ...(serving.kind === 'external' &&
          serving.tls && { connectCandidate: tlsConnector(serving.tls, spec.timeoutMs) }),
        ...(order.stable?.tls && { connectStable: tlsConnector(order.stable.tls, spec.timeoutMs) }),
        ...(order.stable === null ? {} : { comparedWith: order.stable.release }),
        requirements: order.requirements,
        confidence: order.confidence,
        seed: seedOf(order.key),
        signal,
      });
      const wrong = worst.map(({ id }) => id);
      return wrong.length === 0
        ? result
        : { ...result, notes: [...result.notes, `worst cases: ${wrong.join(', ')}`] };
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

/** The same gate of the same rollout draws the same numbers, also when it runs again after a crash. */
const seedOf = (key: string): number =>
  Number.parseInt(digestOf(new TextEncoder().encode(key)).slice('sha256:'.length, 'sha256:'.length + 8), 16);
