import type { Policy } from '../../core/rollout/policy.ts';
import type { StrategyConfig } from '../../core/rollout/strategy-spec.ts';

/**
 * One story of a whole system, as plain JSON: what there is, what people do, what goes wrong. Everything that happens in
 * it follows from this value, so it can be stored, replayed and shrunk by leaving steps out.
 */
export interface Scenario {
  readonly version: 1;
  /** Seeds what is not spelled out: delays, draws, who of several is hit. */
  readonly seed: number;
  readonly setup: Setup;
  /** In order of time. */
  readonly steps: readonly Step[];
  /** Everything is healed then, and the world must come to rest. */
  readonly healsAtMs: number;
  readonly endsAtMs: number;
}

export interface Setup {
  readonly environments: readonly EnvironmentSetup[];
  readonly services: readonly ServiceSetup[];
}

export interface EnvironmentSetup {
  readonly name: string;
  readonly gateways: number;
  readonly promote: 'manual' | 'automatic';
  readonly strategy: StrategyConfig;
  readonly policy: Policy & { readonly whenRunning: 'supersede' | 'queue' | 'refuse' };
}

export interface ServiceSetup {
  readonly name: string;
  readonly replicas: number;
  readonly sticky: boolean;
  /** Requests a second in each environment. */
  readonly requestRate: number;
  readonly releases: readonly ReleaseSetup[];
}

/** How a release behaves; the product has to find out. */
export interface ReleaseSetup {
  readonly version: string;
  /** Share of its answers that fail. */
  readonly badShare: number;
  /** Share of its answers that take too long. */
  readonly slowShare: number;
  readonly evaluation: 'pass' | 'fail' | 'inconclusive';
  readonly commandExitCode: number;
  /** `never`: its replicas fail for good. */
  readonly ready: 'soon' | 'late' | 'never';
}

export type Step = { readonly atMs: number } & (PersonStep | FaultStep);

export interface LaneName {
  readonly service: string;
  readonly environment: string;
}

/** A person (or a program) wants something and repeats it until somebody has said yes or no. */
export type PersonStep = { readonly do: 'ask'; readonly person: string } & Wish;

export type Wish =
  | ({ readonly what: 'ship'; readonly version: string; readonly rollout: string } & LaneName)
  | ({ readonly what: 'promote' } & LaneName)
  | ({ readonly what: 'rollback'; readonly to: string | null } & LaneName)
  | ({ readonly what: 'approve' | 'pause' | 'resume' | 'advance' | 'abort' } & LaneName)
  | { readonly what: 'create-key' | 'revoke-key'; readonly id: string };

export type FaultStep =
  /** The newest control plane dies at its `calls`-th call of a port from now on; somebody starts another one later. */
  | {
      readonly do: 'crash';
      readonly calls: number;
      readonly when: 'before' | 'after';
      readonly restartAfterMs: number;
    }
  /** Another one starts while the first lives on; the older ones end after a while. */
  | { readonly do: 'second-control-plane'; readonly olderEndAfterMs: number }
  | { readonly do: 'kill-gateway'; readonly gateway: string; readonly restartAfterMs: number }
  /** `stall`: what is said meanwhile arrives late. `cut`: connections break and cannot be made. */
  | {
      readonly do: 'partition';
      readonly gateway: string;
      readonly kind: 'stall' | 'cut';
      readonly forMs: number;
    }
  /** Messages between this gateway and the control plane are lost, doubled and overtake each other. */
  | { readonly do: 'rough-network'; readonly gateway: string; readonly share: number; readonly forMs: number }
  /** The gateway's disk takes so long for a route table meanwhile. */
  | { readonly do: 'slow-route-file'; readonly gateway: string; readonly forMs: number }
  /** The next append fails: before anything is stored, or after (and the ledger's writer dies with it). */
  | { readonly do: 'fail-append'; readonly when: 'before' | 'after' }
  | { readonly do: 'ledger'; readonly is: 'full' | 'dead'; readonly forMs: number }
  | { readonly do: 'slow-ledger'; readonly delayMs: number; readonly forMs: number }
  | { readonly do: 'kill-replica'; readonly pick: number }
  /** All replicas of one release die, the newest release for 0; that they are gone is noticed so much later. */
  | { readonly do: 'kill-release'; readonly pick: number; readonly unnoticedMs: number }
  /** Requests do not stand evenly between 0 and 1: the draw of this gateway is taken to a power. */
  | {
      readonly do: 'bent-draw';
      readonly gateway: string;
      readonly exponent: number;
      readonly forMs: number;
    }
  | { readonly do: 'clock-jump'; readonly byMs: number }
  /** All control planes end, the ledger loses its newest records and begins a new epoch, a control plane starts. */
  | { readonly do: 'restore-backup'; readonly keepShare: number }
  | { readonly do: 'lose-evidence'; readonly restartAfterMs: number }
  | { readonly do: 'fail-evidence-save' };

export const isFault = (step: Step): boolean => step.do !== 'ask';
