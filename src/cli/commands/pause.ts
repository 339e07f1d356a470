import { laneCommand } from '../lane-command.ts';

export const pause = laneCommand({
  name: 'pause',
  summary: 'keep the running rollout where it is',
  details: 'Its guards stay on: a paused rollout is still rolled back when it turns out to be worse.',
  takesReason: true,
  send: (client, lane, by) => client.pause(lane, by),
});
