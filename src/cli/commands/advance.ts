import { laneCommand } from '../lane-command.ts';

export const advance = laneCommand({
  name: 'advance',
  summary: 'move the running rollout to its next stage now',
  details: 'Skips what the stage still waits for; the ledger names who did it and which gates were skipped.',
  question: ({ service, environment, rollout }) => {
    const stages = rollout?.order.plan.stages ?? [];
    const next = stages[(rollout?.stage ?? -1) + 1]?.name;
    const goal = next === undefined ? 'the end' : `stage ${next}`;
    return `Move ${service} ${rollout?.order.releaseVersion} in ${environment} on to ${goal}, whatever it still waits for?`;
  },
  takesReason: true,
  // The person decided about the stage that was shown, not about a later one.
  send: (client, lane, by) => client.advance(lane, { ...by, ifVersion: lane.version }),
});
