import type { Policy } from '../core/rollout/policy.ts';
import type { StrategyConfig } from '../core/rollout/strategy-spec.ts';

/** An environment as its owner set it up. */
export interface Environment {
  readonly name: string;
  readonly gateway: string;
  readonly apiKeyRequired: boolean;
  readonly strategy: StrategyConfig;
  readonly promote: 'manual' | 'automatic';
  /** Reads the policy as it is now; a rollout pins what it gets when it starts. @throws TidegateError `config-invalid` */
  readonly policy: () => {
    readonly policy: Policy & { readonly whenRunning: 'supersede' | 'queue' | 'refuse' };
    readonly digest: string;
  };
}
