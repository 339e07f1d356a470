import { InvalidArgumentError } from 'commander';
import { count } from '../../client/figures.ts';
import { auditRow } from '../../client/ledger-sentences.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { parseCount, parseDuration } from '../parse-duration.ts';
import { textTable } from '../render/text-table.ts';
import { timeText } from '../render/time-text.ts';
import { requireKnown } from '../require-known.ts';

const parseLimit = (text: string): number => {
  const limit = parseCount(text);
  if (limit > 0) return limit;
  throw new InvalidArgumentError('It is at least 1.');
};

export const audit: CommandSpec = {
  name: 'audit',
  summary: 'who did what, when and why; `audit verify` checks the ledger',
  examples: ['tidegate audit --env production --since 7d', 'tidegate audit verify'],
  arguments: [{ name: '[verify]', summary: 'check every record of the ledger', choices: ['verify'] }],
  options: [
    { flags: '--rollout <id>', summary: 'only this rollout' },
    { flags: '--since <duration>', summary: 'only the last so long, such as 7d', parse: parseDuration },
    {
      flags: '-n, --limit <number>',
      summary: 'at most so many records, from 1 (default 100)',
      parse: parseLimit,
    },
  ],
  uses: ['lane', 'server', 'output'],
  run: (context) => (context.arguments[0] === 'verify' ? verify(context) : table(context)),
};

const table = async ({ connect, options, io, show }: CommandContext): Promise<number> => {
  const client = await connect();
  const events = await client.events({
    service: options.service,
    environment: options.env,
    rollout: typeof options.rollout === 'string' ? options.rollout : undefined,
    since: typeof options.since === 'number' ? io.nowMs() - options.since : undefined,
    limit: typeof options.limit === 'number' ? options.limit : 100,
  });
  // An environment that is gone has its history still.
  if (events.length === 0) await requireKnown(client, options);
  show(events, (isWide) =>
    textTable(
      ['WHEN', 'WHO', 'WHERE', 'WHAT', 'WHY', ...(isWide ? ['SEQ', 'HASH'] : [])],
      events.map((event) => {
        const { what, why } = auditRow(event);
        const where = [event.service, event.environment].filter((name) => name !== null).join(' in ');
        return [
          timeText(event.atMs),
          event.actor,
          where,
          what,
          why,
          ...(isWide ? [String(event.seq), event.hash] : []),
        ];
      }),
    ),
  );
  return exitCode.good;
};

const verify = async ({ connect, show, palette }: CommandContext): Promise<number> => {
  const client = await connect();
  const verdict = await client.verifyLedger();
  show(verdict, () =>
    verdict.ok
      ? palette.good(
          `✔ verified  ${count(verdict.events)} records, head ${verdict.head.seq} ${verdict.head.hash}`,
        )
      : palette.bad(`✘ broken  at record ${verdict.seq} (${verdict.reason}): ${verdict.detail}`),
  );
  return verdict.ok ? exitCode.good : exitCode.negative;
};
