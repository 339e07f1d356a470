import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { openTidegate, type Tidegate } from '../../test/e2e/harness/tidegate.ts';
import { machine } from '../machine.ts';

/** See README.md for what is measured. */
const rollouts = Number(process.argv[2] ?? 40);
const requestsPerSecond = 400;
const candidateShare = 0.5;
const gatewayProcesses = 2;
const failingShares = [1, 0.2];
/** What a gateway collects before it tells of a failure, and a little more. */
const toldTogetherMs = 6;
const settleMs = 1_000;

const lane = { environment: 'production', service: 'bench' };

interface Measured {
  readonly failingShare: number;
  readonly endedBy: string;
  readonly candidateRequests: number;
  readonly candidateFailures: number;
  readonly ms: number;
}

const tidegate = await openTidegate({
  environments: [
    {
      name: 'production',
      gatewayProcesses,
      strategy: { canary: { steps: [`${candidateShare * 100}%`, '100%'], minimum: '1m' } },
    },
  ],
});
const measured: Measured[] = [];
let userErrors = 0;
const loadBefore = loadavg()[0] ?? 0;
try {
  const tree = (behaviour: object) => ({ service: 'bench', behaviour, run: { replicas: 1 } });
  const first = await tidegate.ship(tree({}), '1.0.0', 'production');
  await tidegate.completed(lane, first.rollout);
  const traffic = tidegate.traffic('production', 'bench', { rate: requestsPerSecond });
  for (let n = 0; n < rollouts; n += 1) {
    const failingShare = failingShares[n % failingShares.length]!;
    const { rollout, release } = await tidegate.ship(
      tree({ errorShare: failingShare, healthyRequests: 100 + n, logsFailures: true }),
      `1.0.${n + 1}`,
      'production',
    );
    measured.push({ failingShare, ...(await measureEnd(tidegate, rollout, release)) });
    const { ms, endedBy } = measured.at(-1)!;
    console.log(`${n + 1} of ${rollouts}: ${ms} ms (${endedBy}, failing ${failingShare * 100} %)`);
  }
  await traffic.stop();
  userErrors = traffic.errors().length;
} finally {
  await tidegate.dispose();
}

async function measureEnd(
  { client, ended }: Tidegate,
  rollout: string,
  release: string,
): Promise<Omit<Measured, 'failingShare'>> {
  const { outcome, cause } = await ended(lane, rollout, 60_000);
  if (outcome !== 'rolled-back') throw new Error(`It ended ${outcome}.`);
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const { traffic } = await client.lane(lane);
  const counts = traffic.find((one) => one.track === 'candidate' && one.release === release);
  if (counts === undefined) throw new Error('The candidate got no request.');
  const log = await client.log(lane, { release, bytes: 1_000_000 });
  const failedAtMs = [...JSON.stringify(log).matchAll(/failedAtMs\D+(\d+)/g)].map(([, at]) => Number(at));
  const counted = failuresCounted(cause);
  const lastCountedAtMs = failedAtMs[counted - 1];
  if (lastCountedAtMs === undefined)
    throw new Error(`${counted} failures were counted and ${failedAtMs.length} written down.`);
  const tippedAtMs = failedAtMs.find((atMs) => atMs >= lastCountedAtMs - toldTogetherMs)!;
  return {
    endedBy: cause.kind,
    candidateRequests: counts.answered + counts.failed,
    candidateFailures: counts.failed,
    ms: Math.max(0, counts.lastAssignedAtMs - tippedAtMs),
  };
}

/** How many failures of the candidate the rollout was ended on. */
function failuresCounted(cause: { readonly kind: string }): number {
  if (cause.kind === 'guard') {
    const { readings } = cause as unknown as {
      readings: { guard: string; rollout: { candidate: { bad: number } } }[];
    };
    return readings.find(({ guard }) => guard === 'errors')!.rollout.candidate.bad;
  }
  if (cause.kind === 'trip-wire') {
    const { detail } = cause as unknown as { detail: string };
    return Number(/^(\d+) of/.exec(detail)?.[1]);
  }
  throw new Error(`It was ended by ${JSON.stringify(cause)}.`);
}

const quantile = (of: readonly Measured[], share: number): number => {
  const sorted = of.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
};
const summary = (of: readonly Measured[]) => ({
  rollouts: of.length,
  p50Ms: quantile(of, 0.5),
  p90Ms: quantile(of, 0.9),
  p99Ms: quantile(of, 0.99),
  worstMs: quantile(of, 1),
  meanCandidateFailures: Number(
    (of.reduce((sum, one) => sum + one.candidateFailures, 0) / of.length).toFixed(1),
  ),
});
const result = {
  what: 'from the response that tips the evidence to the last request assigned to the candidate',
  command: `node bench/rollback/run.ts ${rollouts}`,
  measuredAt: new Date().toISOString(),
  machine: machine(),
  /** Of the whole machine in the minute before, by others. */
  loadBefore: Number(loadBefore.toFixed(2)),
  requestsPerSecond,
  candidateShare,
  gatewayProcesses,
  aimP99Ms: 250,
  all: summary(measured),
  byFailingShare: Object.fromEntries(
    failingShares.map((share) => [
      share,
      summary(measured.filter(({ failingShare }) => failingShare === share)),
    ]),
  ),
  errorsUsersSaw: userErrors,
  each: measured,
};
console.table({
  all: result.all,
  ...Object.fromEntries(
    Object.entries(result.byFailingShare).map(([share, one]) => [`failing ${Number(share) * 100} %`, one]),
  ),
});
console.log(`errors users saw: ${userErrors}`);
if (process.argv[3] !== 'dry')
  writeFileSync(new URL('../results/rollback.json', import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
