import { laneCommand } from '../lane-command.ts';

export const resume = laneCommand({
  name: 'resume',
  summary: 'let a paused rollout go on',
  takesReason: false,
  send: (client, lane) => client.resume(lane),
});
