import type { StrategyConfig } from '../core/rollout/strategy-spec.ts';

/** tidegate.server.yaml after reading. */
export interface ServerConfig {
  readonly control: { readonly listen: ListenAddress };
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
  readonly gatewayProcesses: number;
  /** IP addresses that gateways would refuse to send requests to otherwise. */
  readonly upstreamsAllowed: readonly string[];
  readonly strategy: StrategyConfig;
  /** How a release gets from here to the next environment once its rollout is complete. */
  readonly promote: 'manual' | 'automatic';
  /** Absolute path of the policy file; null uses the default policy. */
  readonly policy: string | null;
}

export interface ListenAddress {
  /** Without brackets, also for IPv6. */
  readonly host: string;
  /** Zero lets the system choose. */
  readonly port: number;
}
