import type { Audience } from '../../core/audience/audience.ts';
import type { StrategyConfig } from '../../core/rollout/strategy-spec.ts';
import type { Setup } from './scenario.ts';

export const RING_HEADER = 'x-ring';

const beta: Audience = { type: 'header', name: RING_HEADER, values: ['beta'] };

/** Three in four requests, or users, are in the ring that audiences are about. Drawn from nothing, so that other draws stay what they were. */
export const ringOf = (user: string | null, count: number): 'beta' | null =>
  (user === null ? count : Number(user.slice(4))) % 4 === 0 ? null : 'beta';

/** The same environments, with strategies that show a candidate to the ring first. */
export const withAudience = (setup: Setup): Setup => ({
  ...setup,
  environments: setup.environments.map((each) => ({ ...each, strategy: narrowed(each.strategy) })),
});

const narrowed = (strategy: StrategyConfig): StrategyConfig => {
  switch (strategy.type) {
    case 'canary':
    case 'shadow':
      return { ...strategy, audience: beta };
    case 'stages': {
      const mixing = strategy.stages.filter(isMixing);
      // The last of several is for everybody, so that an audience also grows between stages.
      const last = mixing.length > 1 ? mixing.at(-1) : undefined;
      return {
        ...strategy,
        stages: strategy.stages.map((stage) =>
          isMixing(stage) && stage !== last ? { ...stage, audience: beta } : stage,
        ),
      };
    }
    default:
      return strategy;
  }
};

const isMixing = ({ share, mirrorShare }: { share: number; mirrorShare: number }): boolean =>
  share < 1 && (share > 0 || mirrorShare > 0);
