import type { UsageQuery } from '../../client/client.ts';
import { TidegateError } from '../../errors.ts';
import type { CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { parseDuration } from '../parse-duration.ts';
import { renderUsage } from '../render/render-usage.ts';

/** What people call the groups, and what the API does. */
const GROUPS: Readonly<Record<string, string>> = {
  environment: 'environment',
  day: 'day',
  service: 'service',
  release: 'releaseVersion',
  track: 'track',
  key: 'key',
  model: 'model',
};

export const usage: CommandSpec = {
  name: 'usage',
  summary: 'what calls of releases used and cost: tokens and dollars',
  details:
    'Counted by the gateways as calls end, copies and rescued ones too. Calls without a known cost are counted and shown, and are in no sum of dollars.',
  examples: [
    'tidegate usage',
    'tidegate usage --by day,key --since 7d',
    'tidegate usage --service bot --by release -o json',
  ],
  options: [
    {
      flags: '--by <groups>',
      summary: `any of ${Object.keys(GROUPS).join(', ')}, with commas between`,
      default: 'service,release,track',
    },
    {
      flags: '--since <time>',
      summary: 'a day such as 2026-11-01, or 7d (default: 30d)',
      parse: (time) => (DAY.test(time) ? time : parseDuration(time)),
    },
    { flags: '--env <name>', summary: 'one environment' },
    { flags: '--service <name>', summary: 'one service' },
    { flags: '--release <version>', summary: 'one release: its version or digest' },
    { flags: '--key <name>', summary: 'one API key' },
  ],
  uses: ['server', 'output'],
  async run({ options, io, connect, show }) {
    const query: UsageQuery = {
      by: groupsIn(String(options.by)),
      since: dayIn(options.since, io.nowMs()),
      environment: options.env,
      service: options.service,
      release: text(options.release),
      key: text(options.key),
    };
    const report = await (await connect()).usage(query);
    show(report, () => renderUsage(report, query.by));
    return exitCode.good;
  },
};

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const groupsIn = (list: string): string[] =>
  list.split(',').map((word) => {
    const name = word.trim();
    const group = Object.hasOwn(GROUPS, name) ? GROUPS[name] : undefined;
    if (group === undefined)
      throw new TidegateError('bad-request', `Usage is not counted by "${name}".`, {
        todo: `Choose among ${Object.keys(GROUPS).join(', ')}.`,
      });
    return group;
  });

const DAY = /^\d{4}-\d\d-\d\d$/;

const dayIn = (since: unknown, nowMs: number): string | undefined =>
  typeof since === 'number' ? new Date(nowMs - since).toISOString().slice(0, 10) : text(since);
