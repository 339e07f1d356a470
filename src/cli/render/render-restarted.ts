import type { RestartedGateway } from '../../core/routing/restarted-gateway.ts';
import { textTable } from './text-table.ts';

/** One line for each process that was to be replaced. */
export const renderRestarted = (all: readonly RestartedGateway[]): string =>
  all.length === 0
    ? 'There is no gateway process.'
    : textTable(
        ['GATEWAY', 'ENVIRONMENT', 'BEFORE', 'NOW', 'HOW'],
        all.map((one) => [
          one.gateway,
          one.environment,
          one.from ?? '',
          one.outcome === 'kept' ? (one.from ?? '') : one.to,
          howOf(one),
        ]),
      );

const howOf = (one: RestartedGateway): string => {
  switch (one.outcome) {
    case 'handed-over':
      return 'handed over';
    case 'started-anew':
      return 'ended and started anew: its version could not hand over';
    case 'kept':
      return `serves as before: ${one.why}`;
  }
};
