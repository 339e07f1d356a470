import type { Digest } from '../core/digest.ts';
import type { EvaluationResult, RequirementSpec } from '../core/evaluation/requirement.ts';
import type { ReleaseManifest } from '../core/release/manifest.ts';
import type { LoadAtGates } from '../core/rollout/plan.ts';
import type { UpstreamTls } from '../core/routing/upstream-tls.ts';

/** Work outside the engine that takes a while and whose outcome it needs. Every call may be repeated after a crash. */
export interface Work {
  /**
   * Makes the sealed bytes of a release ready to run and returns where. Idempotent.
   * @throws TidegateError `install-failed`, `platform-mismatch`, `blob-corrupt`, `blob-missing`, `disk-full`
   */
  prepare(manifest: ReleaseManifest): Promise<{ readonly directory: string }>;
  /**
   * Runs the golden set against the candidate and, where there is one, against stable on the same cases. Given the same key again (after a crash) it
   * goes on with what it had, and asks about no case twice; a load stage that had not ended is repeated as a whole. When `signal` is aborted, calls under
   * way are cut and no more are made.
   */
  evaluate(order: EvaluationOrder, signal: AbortSignal): Promise<EvaluationResult>;
  /** Runs a gate's command in the directory of the candidate. Not repeated when its outcome was lost. */
  command(order: CommandOrder, signal: AbortSignal): Promise<{ exitCode: number | null; output: string }>;
  /** Resolves true when `GET address + path` answers 2xx in time. For releases that somebody else runs. */
  probe(address: string, path: string, timeoutMs: number, tls?: UpstreamTls): Promise<boolean>;
  /** Digest of what `GET address + path` answers; null when it does not answer. */
  fingerprint(address: string, path: string, timeoutMs: number, tls?: UpstreamTls): Promise<Digest | null>;
}

export interface EvaluationOrder {
  readonly key: string;
  readonly manifest: ReleaseManifest;
  readonly environment: string;
  readonly candidate: readonly string[];
  readonly stable: {
    readonly release: Digest;
    readonly version: string;
    readonly addresses: readonly string[];
    /** Somebody else runs it: nothing is sealed that answers there. */
    readonly isExternal: boolean;
    readonly tls?: UpstreamTls;
  } | null;
  readonly requirements: readonly RequirementSpec[];
  readonly confidence: number;
  /** What becomes of a load stage. */
  readonly load: LoadAtGates;
}

export interface CommandOrder {
  readonly key: string;
  readonly manifest: ReleaseManifest;
  readonly command: string;
  readonly timeoutMs: number;
  readonly environment: string;
  readonly candidate: readonly string[];
}
