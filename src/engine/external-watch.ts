import type { ExternalSpec } from '../core/release/manifest.ts';
import type { Work } from '../ports/work.ts';

/** How an external release stands: who runs it is somebody else, so looking is all one can do. */
export interface ExternalStanding {
  readonly isReady: boolean;
  /** Why it must not be trusted any more; null when nothing speaks against it. */
  readonly failure: string | null;
}

const probeTimeoutMs = 2_000;

/** Looks once: does it answer, and is it still what was sealed? */
export const lookAtExternal = async (
  work: Pick<Work, 'probe' | 'fingerprint'>,
  spec: ExternalSpec,
): Promise<ExternalStanding> => {
  const isReady = await work.probe(spec.address, spec.ready.path, probeTimeoutMs);
  if (!isReady || spec.fingerprint === null) return { isReady, failure: null };
  const { path, digest } = spec.fingerprint;
  const found = await work.fingerprint(spec.address, path, probeTimeoutMs);
  // An address that does not tell is unknown, not changed.
  if (found === null || found === digest) return { isReady, failure: null };
  return {
    isReady,
    failure: `${spec.address}${path} answers ${found}, but ${digest} was sealed: somebody changed what runs there.`,
  };
};
