import type { Client, ServerInfo } from '../../client/client.ts';
import { bytes, count } from '../../client/figures.ts';
import { isTidegateError } from '../../errors.ts';
import { packageVersion } from '../../package-version.ts';
import { certificateChecks } from '../certificate-checks.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { plainText } from '../render/plain-text.ts';

interface Check {
  readonly check: string;
  readonly state: 'good' | 'warning' | 'bad';
  readonly detail: string;
}

const lowestNodeMajor = 24;
/** Below this much free space something soon fails. */
const lowSpaceBytes = 2 ** 30;

export const doctor: CommandSpec = {
  name: 'doctor',
  summary: 'check this machine, the server, its ledger and its disk',
  uses: ['server', 'output'],
  async run(context) {
    const checks: Check[] = [nodeCheck(), ...(await serverChecks(context))];
    const { show, palette } = context;
    show(checks, () =>
      checks
        .map(({ check, state, detail }) => {
          const line = plainText(`${icons[state]} ${check.padEnd(12)} ${detail}`);
          return state === 'good' ? palette.good(line) : (state === 'bad' ? palette.bad : palette.warn)(line);
        })
        .join('\n'),
    );
    return checks.some(({ state }) => state === 'bad') ? exitCode.failed : exitCode.good;
  },
};

const icons = { good: '✔ good   ', warning: '! warning', bad: '✘ bad    ' } as const;

const nodeCheck = (): Check => {
  const isNew = Number.parseInt(process.versions.node, 10) >= lowestNodeMajor;
  return {
    check: 'node',
    state: isNew ? 'good' : 'bad',
    detail: `Node.js ${process.versions.node}${isNew ? '' : `, but ${lowestNodeMajor} or newer is needed`}`,
  };
};

const serverChecks = async (context: CommandContext): Promise<Check[]> => {
  let client: Client;
  let info: ServerInfo;
  try {
    client = await context.connect();
    info = await client.info();
  } catch (error) {
    if (!isTidegateError(error)) throw error;
    return [{ check: 'server', state: 'bad', detail: `${error.message} ${error.todo}` }];
  }
  const own = packageVersion();
  const isSame = info.version === own;
  return [
    {
      check: 'server',
      state: isSame ? 'good' : 'warning',
      detail: `${info.control}, version ${info.version}${isSame ? '' : ` (this tool is ${own})`}, Node.js ${info.nodeVersion}`,
    },
    { check: 'state', state: 'good', detail: info.stateDirectory },
    { check: 'log', state: 'good', detail: info.log ?? 'standard error of the control plane' },
    await ledgerCheck(client),
    ...(await gatewayChecks(client, context.io.nowMs())),
    ...certificateChecks('control plane', info.certificates ?? [], context.io.nowMs()),
    isolationCheck(info),
    ...diskCheck(info),
  ];
};

const ledgerCheck = async (client: Client): Promise<Check> => {
  const verdict = await client.verifyLedger();
  return verdict.ok
    ? { check: 'ledger', state: 'good', detail: `${count(verdict.events)} records verified` }
    : { check: 'ledger', state: 'bad', detail: `record ${verdict.seq}: ${verdict.detail}` };
};

const gatewayChecks = async (client: Client, nowMs: number): Promise<Check[]> => {
  const [gateways, environments] = await Promise.all([client.gateways(), client.environments()]);
  return environments.flatMap(({ name }): Check[] => {
    const all = gateways.filter(({ environment }) => environment === name);
    const connected = all.filter((one) => one.connected).length;
    const state = connected === 0 ? 'bad' : connected < all.length ? 'warning' : 'good';
    const shown = all.flatMap(({ certificates = [] }) => certificates);
    return [
      { check: 'gateway', state, detail: `${name}: ${connected} of ${all.length} processes connected` },
      ...certificateChecks(name, shown, nowMs),
    ];
  });
};

const isolationCheck = ({ isolation: { processes, memory, cpu, notes } }: ServerInfo): Check => ({
  check: 'isolation',
  state: notes.length === 0 ? 'good' : 'warning',
  detail: [`processes ${processes}, memory ${memory}, CPU ${cpu}`, ...notes].join('; '),
});

const diskCheck = ({ disk }: ServerInfo): Check[] =>
  disk === null
    ? []
    : [
        {
          check: 'disk',
          state: disk.freeBytes < lowSpaceBytes ? 'warning' : 'good',
          detail: `${bytes(disk.freeBytes)} of ${bytes(disk.totalBytes)} free`,
        },
      ];
