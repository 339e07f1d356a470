import type { RandomSource } from './random-source.ts';
import type { FaultStep, Setup, Step } from './scenario.ts';

/** What may go wrong, and how often beside the others. */
export const faultWeights = {
  crash: 6,
  'second-control-plane': 2,
  'kill-gateway': 3,
  partition: 4,
  'rough-network': 1.5,
  'slow-route-file': 1.5,
  'fail-append': 3,
  ledger: 2.5,
  'slow-ledger': 2.5,
  'kill-replica': 2,
  'kill-release': 1,
  'bent-draw': 0.4,
  'clock-jump': 1,
  'restore-backup': 0.7,
  'lose-evidence': 0.7,
  'fail-evidence-save': 0.7,
} as const satisfies Record<FaultStep['do'], number>;

export type FaultName = FaultStep['do'];

/** Draws what goes wrong. Faults like to come right after something that somebody did, and in swarms of a few kinds. */
export const generateFaults = (
  random: RandomSource,
  setup: Setup,
  wishes: readonly Step[],
  healsAtMs: number,
  allowed: ReadonlySet<FaultName>,
): Step[] => {
  const count = random.pick([0, 1, 1, 2, 2, 3, 4, 6]);
  const kinds = Array.from({ length: random.whole(1, 4) }, () => drawKind(random, allowed));
  const steps: Step[] = [];
  for (let index = 0; index < count; index += 1) {
    const near = random.chance(0.7) && wishes.length > 0 ? random.pick(wishes).atMs : null;
    const atMs =
      near === null
        ? random.between(300, healsAtMs)
        : near + random.between(0, random.pick([10, 200, 1_500]));
    if (atMs >= healsAtMs) continue;
    const drawn = fault(random.pick(kinds), random, setup);
    steps.push({ atMs: Math.round(atMs), ...drawn });
    if (isOfLedger(drawn) && random.chance(0.5)) steps.push(goingBack(random, setup, atMs));
  }
  return steps;
};

const isOfLedger = (step: FaultStep): boolean =>
  step.do === 'ledger' || step.do === 'slow-ledger' || step.do === 'fail-append';

/** What must work whatever the ledger does. */
const goingBack = (random: RandomSource, setup: Setup, afterMs: number): Step => ({
  atMs: Math.round(afterMs + random.between(20, 1_500)),
  do: 'ask',
  person: 'dan',
  what: 'abort',
  service: random.pick(setup.services).name,
  environment: random.pick(setup.environments).name,
});

const drawKind = (random: RandomSource, allowed: ReadonlySet<FaultName>): FaultName => {
  const options = Object.entries(faultWeights).filter(([kind]) => allowed.has(kind as FaultName));
  const total = options.reduce((sum, [, weight]) => sum + weight, 0);
  let at = random.share() * total;
  for (const [kind, weight] of options) {
    at -= weight;
    if (at <= 0) return kind as FaultName;
  }
  return 'crash';
};

const fault = (kind: FaultName, random: RandomSource, setup: Setup): FaultStep => {
  const { name, gateways } = random.pick(setup.environments);
  const gateway = `${name}-${random.whole(1, gateways)}`;
  const long = (): number => Math.round(random.between(300, random.pick([1_000, 3_000, 10_000])));
  switch (kind) {
    case 'crash':
      return {
        do: kind,
        calls: random.pick([1, 2, 3, random.whole(1, 40)]),
        when: random.pick(['before', 'after']),
        restartAfterMs: random.chance(0.6) ? random.whole(50, 800) : long(),
      };
    case 'second-control-plane':
      return { do: kind, olderEndAfterMs: long() };
    case 'kill-gateway':
      return { do: kind, gateway, restartAfterMs: long() };
    case 'partition':
      return { do: kind, gateway, kind: random.pick(['stall', 'cut']), forMs: long() };
    case 'rough-network':
      return { do: kind, gateway, share: random.pick([0.05, 0.3]), forMs: long() };
    case 'slow-route-file':
      return { do: kind, gateway, forMs: long() };
    case 'fail-append':
      return { do: kind, when: random.pick(['before', 'before', 'after']) };
    case 'ledger':
      return { do: kind, is: random.pick(['full', 'dead']), forMs: long() };
    case 'slow-ledger':
      return { do: kind, delayMs: random.pick([5, 40, 300, 900, 6_000]), forMs: long() };
    case 'kill-replica':
      return { do: kind, pick: random.whole(0, 99) };
    case 'kill-release':
      return { do: kind, pick: random.pick([0, 0, 1, 2]), unnoticedMs: random.pick([0, 300, 1_500]) };
    case 'bent-draw':
      return { do: kind, gateway, exponent: random.pick([0.3, 3]), forMs: long() };
    case 'clock-jump':
      return { do: kind, byMs: Math.round(random.between(-5_000, 20_000)) };
    case 'restore-backup':
      return { do: kind, keepShare: Number(random.between(0.3, 1).toFixed(2)) };
    case 'lose-evidence':
      return { do: kind, restartAfterMs: random.whole(50, 800) };
    case 'fail-evidence-save':
      return { do: kind };
  }
};
