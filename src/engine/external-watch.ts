import type { ExternalSpec } from '../core/release/manifest.ts';
import { isHosted } from '../core/routing/provider.ts';
import type { Clock } from '../ports/clock.ts';
import type { Work } from '../ports/work.ts';

/** How an external release stands: who runs it is somebody else, so looking is all one can do. */
export interface ExternalStanding {
  readonly isReady: boolean;
  /** Why it must not be trusted any more; null when nothing speaks against it. */
  readonly failure: string | null;
}

const probeTimeoutMs = 2_000;
const probeEveryMs = 2_000;

/** Looks once: does it answer, and is it still what was sealed? */
export const lookAtExternal = async (
  work: Pick<Work, 'probe' | 'fingerprint'>,
  spec: ExternalSpec,
): Promise<ExternalStanding> => {
  // A company's service answers nothing without a key, which is not here; its gates and guards judge it.
  const isOpen = spec.provider === undefined || !isHosted(spec.provider.name);
  const isReady = !isOpen || (await work.probe(spec.address, spec.ready.path, probeTimeoutMs, spec.tls));
  if (!isReady || spec.fingerprint === null) return { isReady, failure: null };
  const { path, digest } = spec.fingerprint;
  const found = await work.fingerprint(spec.address, path, probeTimeoutMs, spec.tls);
  // An address that does not tell is unknown, not changed.
  if (found === null || found === digest) return { isReady, failure: null };
  return {
    isReady,
    failure: `${spec.address}${path} answers ${found}, but ${digest} was sealed: somebody changed what runs there.`,
  };
};

/** Looks again and again, for as long as it is wanted, and reports what it finds. */
export const watchStanding = (parts: {
  work: Pick<Work, 'probe' | 'fingerprint'>;
  spec: ExternalSpec;
  clock: Pick<Clock, 'nowMs'>;
  again: (delayMs: number, look: () => void) => void;
  isWanted: () => boolean;
  report: (standing: {
    readonly addresses: readonly string[];
    readonly ready: 0 | 1;
    readonly failure: string | null;
  }) => void;
  failed: (error: unknown) => void;
}): void => {
  const { spec, clock, isWanted } = parts;
  const startedAtMs = clock.nowMs();
  let wasReady = false;
  const look = (): void => {
    if (!isWanted()) return;
    lookAtExternal(parts.work, spec).then(({ isReady, failure: changed }) => {
      if (!isWanted()) return;
      wasReady ||= isReady;
      const isLate = !wasReady && clock.nowMs() - startedAtMs > spec.ready.timeoutMs;
      const late = isLate ? `${spec.address}${spec.ready.path} did not answer 2xx in time.` : null;
      parts.report({ addresses: [spec.address], ready: isReady ? 1 : 0, failure: changed ?? late });
      parts.again(probeEveryMs, look);
    }, parts.failed);
  };
  look();
};
