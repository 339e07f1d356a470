import type { StrategyConfig } from '../core/rollout/strategy-spec.ts';
import type { GatewayTelemetry } from '../core/routing/telemetry-spec.ts';
import type { Identity } from '../core/routing/trusted-issuer.ts';

/** tidegate.server.yaml after reading. */
export interface ServerConfig {
  readonly control: { readonly listen: ListenAddress; readonly tls?: readonly TlsFiles[] };
  /** In the order releases travel. Never empty; names and addresses are unique. */
  readonly environments: readonly EnvironmentConfig[];
  /** Who is asked for the metrics of policies; null: nobody. */
  readonly prometheus: PrometheusConfig | null;
}

export interface PrometheusConfig {
  readonly address: string;
  /** Reference to a secret, such as `env:NAME`; null sends none. */
  readonly token: string | null;
  readonly timeoutMs: number;
}

export interface EnvironmentConfig {
  readonly name: string;
  readonly gateway: ListenAddress;
  /** Absent: plain HTTP. */
  readonly tls?: readonly TlsFiles[];
  readonly gatewayProcesses: number;
  /** IP addresses that gateways would refuse to send requests to otherwise. */
  readonly upstreamsAllowed: readonly string[];
  /** Whose tokens let requests in, beside API keys; files are absolute paths. Absent: nobody's. */
  readonly identity?: Identity;
  /** What gateways do about traces. Absent: they pass on what comes. */
  readonly telemetry?: GatewayTelemetry;
  /** What gateways read and write HTTP/1.1 in cleartext with. Absent: Node's server and undici. */
  readonly transport?: 'raw';
  readonly strategy: StrategyConfig;
  /** How a release gets from here to the next environment once its rollout is complete. */
  readonly promote: 'manual' | 'automatic';
  /** Absolute path of the policy file; null uses the default policy. */
  readonly policy: string | null;
}

/** Of one certificate; absolute paths of PEM files. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface ListenAddress {
  /** Without brackets, also for IPv6. */
  readonly host: string;
  /** Zero lets the system choose. */
  readonly port: number;
}
