import type { ReleaseManifest } from '../core/release/manifest.ts';
import type { RestartedGateway } from '../core/routing/restarted-gateway.ts';
import type { Engine } from '../engine/engine.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { Clock } from '../ports/clock.ts';
import type { Gateways } from '../ports/gateways.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { ServerInfo } from './schemas/info.ts';

/** Everything the API stands on. It opens nothing by itself, so a test gives it real parts and calls it in-process. */
export interface ApiPorts {
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly blobs: Blobs;
  readonly runtime: Runtime;
  readonly gateways: Gateways;
  readonly clock: Clock;
  /** Who may call; the name is what the ledger records. At least one. */
  readonly tokens: readonly { readonly name: string; readonly token: string }[];
  /** Opens /metrics and nothing else. Absent: the tokens above alone do. */
  readonly metricsToken?: string;
  /** Where the gateways' invocation logs are. */
  readonly logDir: string;
  /** Makes the DSSE envelope of a release; null signs nothing. */
  readonly sign: ((manifest: ReleaseManifest) => unknown) | null;
  /** The control plane's own environment, in which a judge's key must be when it is named as `env:NAME`. Default: not looked at. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  readonly serverInfo: () => ServerInfo | Promise<ServerInfo>;
  /** Reads certificates anew, everywhere. Absent: there is nothing to read. */
  readonly reload?: () => Promise<void>;
  /** Replaces gateway processes of an environment (null: of all) while they serve. Absent: there are none. */
  readonly restartGateways?: (environment: string | null) => Promise<readonly RestartedGateway[]>;
  /** Only answer requests that name this machine's loopback in their Host header. True when bound to loopback. */
  readonly isLoopbackOnly: boolean;
  /** Built files of the page; null serves none. */
  readonly pageDirectory: string | null;
  /** Largest blob. Default 32 GiB. */
  readonly maxBlobBytes?: number;
  /** Something went wrong that is not the caller's doing. */
  readonly failed: (error: unknown) => void;
}
