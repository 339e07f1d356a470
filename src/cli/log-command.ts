import type { LaneName, LaneView } from '../client/client.ts';

/** Where to read why a release did not run; null where that is not why its rollout ended. */
export const logCommand = (
  { service, environment }: LaneName,
  { cause, order }: Pick<LaneView['ended'][number], 'cause' | 'order'>,
): string | null =>
  cause.kind === 'workload'
    ? `tidegate logs --service ${service} --env ${environment} --release ${order.releaseVersion}`
    : null;
