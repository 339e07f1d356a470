import type {
  ComponentKind,
  EvaluationSpec,
  Overlay,
  RunSpec,
  TrafficSpec,
} from '../core/release/manifest.ts';
import type { StrategyConfig } from '../core/rollout/strategy-spec.ts';
import type { ProviderUse } from '../core/routing/provider.ts';
import type { Protocol } from '../core/routing/table.ts';

/**
 * tidegate.yaml after reading: defaults filled in, units resolved, shorthands spelled out. Paths are relative to the file,
 * POSIX, without leading `./` or trailing slash. Strings of `env`, `external.address` and `lineage` still carry their
 * `${env:NAME}` until `interpolateService` fills them in.
 */
export interface ServiceConfig {
  readonly service: string;
  readonly protocol: Protocol;
  readonly components: ComponentsConfig;
  readonly serving: RunConfig | ExternalConfig;
  /** Null: the service has no golden set. */
  readonly evaluation: EvaluationConfig | EvaluationFileConfig | null;
  readonly traffic: TrafficSpec;
  /** What the author declares about the origin of this release. */
  readonly lineage: Readonly<Record<string, string | number | boolean>>;
  readonly overlays: Readonly<Record<string, OverlayConfig>>;
}

export interface ComponentsConfig
  extends Readonly<Partial<Record<Exclude<ComponentKind, 'code'>, { readonly path: string }>>> {
  /** Null for an external service that names no code. */
  readonly code: CodeConfig | null;
}

export interface CodeConfig {
  /** Globs; a leading `!` takes away. Null: whatever git tracks, or without git everything but what is never code. */
  readonly files: readonly string[] | null;
  readonly install: string | null;
}

/** As in the manifest, without what only sealing can find out. */
export type RunConfig = Omit<RunSpec, 'install' | 'interpreter' | 'platform'>;

export interface ExternalConfig {
  readonly kind: 'external';
  /** Origin, perhaps with a path that is put before each request's own. No trailing slash. */
  readonly address: string;
  readonly ready: { readonly path: string; readonly timeoutMs: number };
  /** Path whose answer identifies what runs there. */
  readonly fingerprintPath: string | null;
  /** File with authorities to trust instead of the machine's. */
  readonly caPath?: string;
  /** What its certificate must be for, when that is not the host of the address. */
  readonly serverName?: string;
  readonly provider?: ProviderUse;
}

export interface EvaluationConfig extends Omit<EvaluationSpec, 'golden' | 'file'> {
  /** Path of the golden set (JSON lines). */
  readonly golden: string;
}

export interface EvaluationFileConfig {
  /** Path of a tidegate-eval.yaml, relative to the service file. */
  readonly file: string;
  readonly positive: string | null;
}

export interface OverlayConfig extends Overlay {
  /** Null: the environment's own strategy. */
  readonly strategy: StrategyConfig | null;
}
