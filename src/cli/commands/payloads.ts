import type { ErasureRequest } from '../../client/client.ts';
import { TidegateError } from '../../errors.ts';
import type { CommandGroup, CommandSpec } from '../command.ts';
import { confirm } from '../confirm.ts';
import { exitCode } from '../exit-code.ts';

const erase: CommandSpec = {
  name: 'erase',
  summary: 'delete captured bodies: all that are so as every option says',
  details:
    'Deletes the files from this machine and records that it was done, with the key as its SHA-256 alone. Captures that are being written in this moment may come after it.',
  examples: [
    'tidegate payloads erase --key jane@example.com',
    'tidegate payloads erase --before 2026-11-01 --env production',
    'tidegate payloads erase --invocation 01m7yz4k8d...',
  ],
  options: [
    { flags: '--invocation <id>', summary: 'of one invocation' },
    { flags: '--key <name>', summary: 'of requests with this API key, or of this user of a token' },
    { flags: '--before <time>', summary: 'of requests before a day (UTC) or time, such as 2026-11-01' },
    { flags: '--service <name>', summary: 'of one service' },
    { flags: '--env <name>', summary: 'of one environment' },
  ],
  uses: ['server', 'output', 'confirm'],
  async run(context) {
    const { options, connect, show } = context;
    const what: ErasureRequest = {
      invocation: text(options.invocation),
      key: text(options.key),
      beforeMs: timeIn(options.before),
      service: options.service,
      environment: options.env,
    };
    const named = Object.entries(what).filter(([, value]) => value !== undefined);
    if (named.length === 0)
      throw new TidegateError('bad-request', 'Which payloads? Nothing is named.', {
        todo: 'Name an invocation, a key, a time, a service or an environment; `tidegate payloads erase --help`.',
      });
    await confirm(context, 'Delete these captured payloads? They cannot be brought back.');
    const { erased } = await (await connect()).erasePayloads(what);
    show({ erased }, () => (erased === 1 ? '1 payload is deleted.' : `${erased} payloads are deleted.`));
    return exitCode.good;
  },
};

export const payloads: CommandGroup = {
  name: 'payloads',
  summary: 'captured bodies of requests and answers: erase',
  details: '`tidegate trace ID --payload` shows one.',
  commands: [erase],
};

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const timeIn = (value: unknown): number | undefined => {
  if (typeof value !== 'string') return undefined;
  const isDay = /^\d{4}-\d\d-\d\d$/.test(value);
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(value);
  const atMs = isDay || isTime ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(atMs)) return atMs;
  throw new TidegateError('bad-request', `"${value}" is no time.`, {
    todo: 'Write a day such as 2026-11-01, or a time such as 2026-11-01T12:00:00Z.',
  });
};
