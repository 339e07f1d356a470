import { loadLimits } from '../../config/load-limits.ts';
import { environmentFileCommand } from '../environment-file-command.ts';
import { renderLimits } from '../render/render-limits.ts';

export const limits = environmentFileCommand({
  name: 'limits',
  summary: 'what the gateways of an environment let in: show, set FILE, clear',
  details:
    'A limits file names rates of requests, tokens and dollars, how many requests may be worked on at once, and budgets for a day or a month: in total, for each service, each API key, and tiers of keys. They hold over all gateway processes together and change without a restart.',
  fileIs: 'the limits file',
  load: loadLimits,
  read: (client, environment) => client.limits(environment),
  write: (client, environment, wanted) => client.setLimits(environment, wanted),
  render: renderLimits,
  clearing: (environment) => `Let everything in at the gateways of ${environment}?`,
  whenInForce: 'In force as soon as the gateways have heard.',
});
