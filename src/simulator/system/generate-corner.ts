import type { RandomSource } from './random-source.ts';
import type { EnvironmentSetup, ReleaseSetup, ServiceSetup, Setup, Step } from './scenario.ts';

/** A setup bent towards something that chance alone hardly reaches, and what has to happen for it. */
interface Corner {
  readonly setup: Setup;
  readonly steps: readonly Step[];
  /** Nothing is healed before then. */
  readonly lastsMs?: number;
}

type Bend = (random: RandomSource, setup: Setup) => Corner;

/** Shares of the scenarios that are bent so; the others are left as they were drawn. */
const corners: readonly (readonly [share: number, bend: Bend])[] = [
  [0.08, (random, setup) => heavyUsers(random, setup)],
  [0.05, (random, setup) => doubtfulForKeys(random, setup)],
  [0.05, (random, setup) => bentDraw(random, setup)],
  [0.05, (random, setup) => badAndAlone(random, setup)],
  [0.05, (random, setup) => closePursuit(random, setup)],
  [0.04, (random, setup) => cutOff(random, setup)],
  [0.05, (random, setup) => interruptedCommand(random, setup)],
  [0.03, (random, setup) => backAndBack(random, setup)],
  [0.02, (random, setup) => onItsOwn(random, setup)],
];

export const generateCorner = (random: RandomSource, setup: Setup): Corner => {
  let at = random.share();
  for (const [share, bend] of corners) {
    at -= share;
    if (at < 0) return bend(random, setup);
  }
  return { setup, steps: [] };
};

/** When the release that everything is about is shipped; something serves by then. */
const shipsAtMs = 1_500;

const one = (
  setup: Setup,
  environment: Partial<EnvironmentSetup>,
  policy: Partial<EnvironmentSetup['policy']>,
  service: Partial<ServiceSetup>,
  candidate: Partial<ReleaseSetup>,
): Setup => {
  const last = setup.environments.at(-1)!;
  const guards = [{ name: 'errors' as const, marginShare: 0.3, boundShare: null }];
  const held = {
    approvals: 0,
    timeoutMs: 60_000,
    guards,
    evaluation: { ...last.policy.evaluation, require: [] },
  };
  const good = { badShare: 0, slowShare: 0, evaluation: 'pass', commandExitCode: 0, ready: 'soon' } as const;
  return {
    environments: [{ ...last, ...environment, policy: { ...last.policy, ...held, ...policy } }],
    services: setup.services.slice(0, 1).map((drawn) => ({
      ...drawn,
      ...service,
      releases: drawn.releases.map((release, index) => ({
        ...release,
        ...(index < 2 && good),
        ...(index === 1 && candidate),
      })),
    })),
  };
};

const canary = (share: number, minimumMs: number | null): EnvironmentSetup['strategy'] => ({
  type: 'canary',
  steps: [share, 1],
  mirrorShare: null,
  minimumMs,
  timeoutMs: null,
  holdMs: null,
  holdbackShare: null,
});

const ship = ({ environments, services }: Setup): Step => ({
  atMs: shipsAtMs,
  do: 'ask',
  person: 'ann',
  what: 'ship',
  service: services[0]!.name,
  environment: environments[0]!.name,
  version: '1.1.0',
  rollout: 'ro_corner',
});

/** One user carries most of the requests and may be the candidate's. */
const heavyUsers: Bend = (random, drawn) => {
  const strategy = canary(random.pick([0.1, 0.25]), 6_000);
  const setup = one(drawn, { gateways: 1, strategy }, {}, { sticky: true, requestRate: 120 }, {});
  return { setup, steps: [ship(setup)], lastsMs: 9_000 };
};

/** Requests warn long before the few keys could say anything. */
const doubtfulForKeys: Bend = (random, drawn) => {
  const strategy = canary(random.pick([0.3, 0.5]), 1_500);
  const setup = one(
    drawn,
    { strategy },
    {},
    { sticky: true, requestRate: 50 },
    { badShare: random.pick([0.1, 0.3, 0.6]) },
  );
  return { setup, steps: [ship(setup)] };
};

/** A gateway does not obey its coin. */
const bentDraw: Bend = (random, drawn) => {
  const strategy = canary(random.pick([0.3, 0.5]), 3_000);
  const setup = one(
    drawn,
    { strategy, gateways: random.pick([1, 2]) },
    {},
    { sticky: false, requestRate: 50 },
    {},
  );
  const gateway = `${setup.environments[0]!.name}-1`;
  const bent: Step = {
    atMs: shipsAtMs,
    do: 'bent-draw',
    gateway,
    exponent: random.pick([0.3, 3]),
    forMs: 4_000,
  };
  return { setup, steps: [ship(setup), bent] };
};

/** The candidate fails, and nobody but the gateway is there to see it. */
const badAndAlone: Bend = (random, drawn) => {
  const setup = one(
    drawn,
    { strategy: canary(0.5, 3_000) },
    { leaseMs: 8_000 },
    { requestRate: 50, sticky: random.chance(0.2) },
    { badShare: random.pick([0.9, 1]) },
  );
  const atMs = shipsAtMs + Math.round(random.between(20, 400));
  const crash: Step = { atMs, do: 'crash', calls: random.whole(1, 12), when: 'after', restartAfterMs: 2_500 };
  const dead: Step = { atMs: atMs + 150, do: 'kill-release', pick: 0, unnoticedMs: 1_500 };
  return { setup, steps: [ship(setup), crash, ...(random.chance(0.4) ? [dead] : [])] };
};

/** The next release comes before the first one's evaluation is over, and whoever evaluates does not hear of it at once. */
const closePursuit: Bend = (random, drawn) => {
  const evaluation = {
    require: [{ metric: 'accuracy', min: 0.9 }],
    inconclusive: 'fail',
    confidence: 0.95,
  } as const;
  const quick = { ready: 'soon', evaluation: 'pass' } as const;
  const setup = one(drawn, {}, { evaluation, whenRunning: 'supersede' }, {}, quick);
  const first = ship(setup);
  const atMs = shipsAtMs + Math.round(random.between(150, 500));
  const next: Step = { ...first, ...nextOf(first), atMs };
  const unheard: Step = random.chance(0.7)
    ? { atMs: shipsAtMs + 60, do: 'second-control-plane', olderEndAfterMs: 3_000 }
    : { atMs: atMs - 20, do: 'slow-ledger', delayMs: random.pick([150, 300]), forMs: 1_500 };
  return { setup, steps: [first, next, unheard] };
};

const nextOf = (step: Step): Step =>
  step.do === 'ask' && step.what === 'ship' ? { ...step, version: '1.2.0', rollout: 'ro_corner_2' } : step;

/** A gateway with a candidate on its routes hears nothing for longer than a lease. */
const cutOff: Bend = (random, drawn) => {
  const setup = one(drawn, { strategy: canary(0.5, 9_000) }, { leaseMs: 2_500 }, { requestRate: 20 }, {});
  const gateway = `${setup.environments[0]!.name}-1`;
  const atMs = shipsAtMs + Math.round(random.between(400, 900));
  const step: Step = random.chance(0.5)
    ? { atMs, do: 'partition', gateway, kind: random.pick(['stall', 'cut']), forMs: 5_000 }
    : { atMs, do: 'crash', calls: 1, when: 'before', restartAfterMs: 5_000 };
  return { setup, steps: [ship(setup), step], lastsMs: 9_000 };
};

/** The control plane dies around a command that must not be repeated, or there are two that could run it. */
const interruptedCommand: Bend = (random, drawn) => {
  const strategy = {
    type: 'blue-green',
    smoke: { command: 'smoke', timeoutMs: 1_000 },
    minimumMs: null,
    timeoutMs: null,
    holdMs: null,
    holdbackShare: null,
  } as const;
  const setup = one(drawn, { strategy }, {}, {}, {});
  const atMs = shipsAtMs + Math.round(random.between(0, 500));
  const other: Step = random.chance(0.5)
    ? { atMs, do: 'crash', calls: random.whole(1, 15), when: 'after', restartAfterMs: 100 }
    : { atMs: atMs - 400, do: 'second-control-plane', olderEndAfterMs: 3_000 };
  return { setup, steps: [ship(setup), other] };
};

/** Somebody goes back, and then once more: where to? */
const backAndBack: Bend = (random, drawn) => {
  const strategy = {
    type: 'all-at-once',
    minimumMs: null,
    timeoutMs: null,
    holdMs: null,
    holdbackShare: null,
  } as const;
  const setup = one(drawn, { strategy }, {}, {}, {});
  const { name: service } = setup.services[0]!;
  const { name: environment } = setup.environments[0]!;
  const back = (atMs: number): Step => ({
    atMs: Math.round(atMs),
    do: 'ask',
    person: 'bob',
    what: 'rollback',
    to: null,
    service,
    environment,
  });
  const first = random.between(2_200, 3_000);
  return { setup, steps: [ship(setup), back(first), back(first + random.between(300, 900))] };
};

/** A release travels on by itself; and a key comes and goes. */
const onItsOwn: Bend = (random, drawn) => {
  const strategy = {
    type: 'all-at-once',
    minimumMs: null,
    timeoutMs: null,
    holdMs: null,
    holdbackShare: null,
  } as const;
  const { environments, services } = one(drawn, { strategy }, {}, {}, {});
  const [production] = environments;
  const setup: Setup = {
    environments: [
      { ...production!, name: 'staging', promote: 'automatic' },
      { ...production!, name: 'production', promote: 'manual' },
    ],
    services,
  };
  const key = { do: 'ask', person: 'ann', id: 'app' } as const;
  const createdAtMs = Math.round(random.between(300, 2_000));
  const steps: Step[] = [
    ship(setup),
    { ...key, what: 'create-key', atMs: createdAtMs },
    { ...key, what: 'revoke-key', atMs: createdAtMs + Math.round(random.between(100, 1_500)) },
  ];
  return { setup, steps };
};
