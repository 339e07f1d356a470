import { laneCommand } from '../lane-command.ts';

export const abort = laneCommand({
  name: 'abort',
  summary: 'end the running rollout; stable gets everything again',
  question: ({ service, environment, rollout }) =>
    `Abort the rollout of ${service} ${rollout?.order.releaseVersion} in ${environment}?`,
  takesReason: true,
  // Deliberately without a version: an abort must never fail because something else happened first.
  send: (client, lane, by) => client.abort(lane, by),
});
