import { laneCommand } from '../lane-command.ts';

export const abort = laneCommand({
  name: 'abort',
  summary: 'end the running rollout; stable gets everything again',
  details:
    'Ends the running rollout; stable gets everything again. Asks first at a terminal; where nobody can be asked it is done, without --yes too.',
  question: ({ service, environment, rollout }) =>
    `Abort the rollout of ${service} ${rollout?.order.releaseVersion} in ${environment}?`,
  // Less exposure must not wait for anybody.
  isNeverHeldUp: true,
  takesReason: true,
  // Deliberately without a version: an abort must never fail because something else happened first.
  send: (client, lane, by) => client.abort(lane, by),
});
