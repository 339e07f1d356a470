import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredEvent } from '../src/ports/ledger.ts';
import { runScenario } from '../src/simulator/system/run-scenario.ts';
import type {
  EnvironmentSetup,
  ReleaseSetup,
  Scenario,
  ServiceSetup,
  Step,
  Wish,
} from '../src/simulator/system/scenario.ts';
import { foldedOf } from '../test/histories/stored-history.ts';

/**
 * Writes what the present version records of some typical lanes to test/histories/<version>/, one event a line, and what it folds
 * them to beside it. A file that exists is never written again: it is the past.
 */

const release = (version: string, more: Partial<ReleaseSetup> = {}): ReleaseSetup => ({
  version,
  badShare: 0,
  slowShare: 0,
  evaluation: 'pass',
  commandExitCode: 0,
  ready: 'soon',
  ...more,
});

const canary = {
  type: 'canary',
  steps: [0.2, 0.5, 1],
  mirrorShare: null,
  minimumMs: null,
  timeoutMs: null,
  holdMs: null,
  holdbackShare: null,
} as const;

const environment = (name: string): EnvironmentSetup => ({
  name,
  gateways: 2,
  promote: 'manual',
  strategy: canary,
  policy: {
    evaluation: { require: [{ metric: 'accuracy', min: 0.9 }], inconclusive: 'fail', confidence: 0.95 },
    guards: [
      { name: 'errors', marginShare: 0.3, boundShare: 0.4 },
      { name: 'slow', marginShare: 0.3, boundShare: 0.4 },
    ],
    alpha: { rollback: 0.001, advance: 0.05 },
    approvals: 0,
    hold: { durationMs: 1_000, holdbackShare: 0.05 },
    minimumMs: 500,
    timeoutMs: 60_000,
    leaseMs: 5_000,
    strategies: null,
    whenRunning: 'supersede',
  },
});

const production = { service: 'spam', environment: 'production' };
const ask = (atMs: number, wish: Wish): Step => ({ atMs, do: 'ask', person: 'ann', ...wish });
const ship = (atMs: number, version: string, where = production): Step =>
  ask(atMs, { what: 'ship', ...where, version, rollout: `ro_${version}` });

const first = ship(100, '1.0.0');
interface Story {
  readonly steps: readonly Step[];
  readonly environments?: readonly string[];
  readonly bend?: (environment: EnvironmentSetup) => EnvironmentSetup;
  readonly service?: Partial<ServiceSetup>;
  /** How its rollouts end, the last ones. */
  readonly expect: readonly string[];
  /** Events that must be in it, with what their data must hold as JSON. */
  readonly shows?: readonly (readonly [type: string, text: string])[];
}

const smoke = { command: 'smoke', timeoutMs: 1_000 };
const stories: Record<string, Story> = {
  'completed-canary': { steps: [first, ship(2_000, '1.1.0')], expect: ['completed'] },
  'rolled-back-by-guard': { steps: [first, ship(2_000, '1.2.0')], expect: ['rolled-back'] },
  'rejected-by-evaluation': { steps: [first, ship(2_000, '1.3.0')], expect: ['rejected'] },
  aborted: {
    steps: [first, ship(2_000, '1.1.0'), ask(3_600, { what: 'abort', ...production })],
    expect: ['aborted'],
  },
  superseded: {
    steps: [first, ship(2_000, '1.1.0'), ship(3_600, '1.4.0')],
    expect: ['superseded', 'completed'],
  },
  'paused-and-resumed': {
    steps: [
      first,
      ship(2_000, '1.1.0'),
      ask(3_600, { what: 'pause', ...production }),
      ask(6_000, { what: 'resume', ...production }),
    ],
    expect: ['completed'],
  },
  'advanced-by-a-person': {
    steps: [first, ship(2_000, '1.1.0'), ask(3_200, { what: 'advance', ...production })],
    expect: ['completed'],
  },
  promoted: {
    environments: ['staging', 'production'],
    steps: [
      ship(100, '1.0.0', { ...production, environment: 'staging' }),
      ask(3_000, { what: 'promote', ...production, environment: 'staging' }),
    ],
    expect: ['completed'],
  },
  'back-to-an-older-release': {
    steps: [first, ship(2_000, '1.1.0'), ask(13_000, { what: 'rollback', to: null, ...production })],
    expect: ['completed', 'completed'],
  },
  queued: {
    bend: (one) => ({ ...one, policy: { ...one.policy, whenRunning: 'queue' } }),
    steps: [first, ship(2_000, '1.1.0'), ship(3_600, '1.4.0')],
    expect: ['completed', 'completed'],
    shows: [['rollout.queued', '"1.4.0"']],
  },
  'pulled-and-restored': {
    service: { sticky: true, requestRate: 120 },
    bend: (one) => ({
      ...one,
      gateways: 1,
      strategy: { ...canary, steps: [0.25, 1], minimumMs: 6_000 },
      policy: { ...one.policy, guards: [{ name: 'errors', marginShare: 0.3, boundShare: null }] },
    }),
    steps: [first, ship(1_500, '1.1.0')],
    expect: ['completed'],
    shows: [
      ['candidate.pulled', ''],
      ['candidate.restored', ''],
    ],
  },
  'paused-by-the-sample-ratio': {
    bend: (one) => ({ ...one, gateways: 1, strategy: { ...canary, steps: [0.5, 1], minimumMs: 3_000 } }),
    steps: [
      first,
      ship(1_500, '1.1.0'),
      { atMs: 1_500, do: 'bent-draw', gateway: 'production-1', exponent: 3, forMs: 4_000 },
      ask(8_000, { what: 'resume', ...production }),
    ],
    expect: ['completed'],
    shows: [['rollout.paused', '"sample-ratio"']],
  },
  'back-from-the-hold-at-once': {
    bend: (one) => ({
      ...one,
      strategy: { ...canary, steps: [1] },
      policy: { ...one.policy, hold: { durationMs: 8_000, holdbackShare: 0.05 } },
    }),
    steps: [first, ship(2_000, '1.1.0'), ask(5_000, { what: 'rollback', to: null, ...production })],
    expect: ['completed', 'rolled-back'],
    shows: [['stage.entered', '"hold"']],
  },
  'command-with-a-lost-receipt': {
    bend: (one) => ({
      ...one,
      strategy: {
        type: 'blue-green',
        smoke,
        minimumMs: null,
        timeoutMs: null,
        holdMs: null,
        holdbackShare: null,
      },
      policy: { ...one.policy, evaluation: { ...one.policy.evaluation, require: [] } },
    }),
    steps: [
      first,
      ship(4_000, '1.1.0'),
      { atMs: 4_000, do: 'crash', calls: 5, when: 'after', restartAfterMs: 200 },
      ask(9_000, { what: 'resume', ...production }),
      ask(10_000, { what: 'advance', ...production }),
    ],
    expect: ['completed'],
    shows: [
      ['gate.opened', ''],
      ['rollout.paused', '"gate-unknown"'],
    ],
  },
  'approved-by-two': {
    bend: (one) => ({ ...one, policy: { ...one.policy, approvals: 2 } }),
    steps: [
      first,
      ...[1_200, 5_000].flatMap((atMs): Step[] => [
        ask(atMs, { what: 'approve', ...production }),
        { ...ask(atMs + 300, { what: 'approve', ...production }), person: 'bob' } as Step,
      ]),
      ship(3_600, '1.1.0'),
    ],
    expect: ['completed'],
    shows: [['gate.decided', '"approval"']],
  },
};

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const directory = join(root, 'test', 'histories', version);
mkdirSync(directory, { recursive: true });

const scenarioOf = (story: Story, seed: number): Scenario => {
  const { steps, environments = ['production'], bend = (one) => one } = story;
  return {
    version: 1,
    seed,
    setup: {
      environments: environments.map((one) => bend(environment(one))),
      services: [
        {
          name: 'spam',
          replicas: 2,
          sticky: false,
          requestRate: 60,
          ...story.service,
          releases: [
            release('1.0.0'),
            release('1.1.0'),
            release('1.2.0', { badShare: 0.7 }),
            release('1.3.0', { evaluation: 'fail' }),
            release('1.4.0'),
          ],
        },
      ],
    },
    // Where exactly a process dies is part of the luck.
    steps: steps.map((step) => (step.do === 'crash' ? { ...step, calls: step.calls + seed - 1 } : step)),
    healsAtMs: 16_000,
    endsAtMs: 26_000,
  };
};

/** What keeps these records from being the story; null when they are. */
const lackOf = ({ expect, shows = [] }: Story, events: readonly StoredEvent[]): string | null => {
  const outcomes = events.flatMap(({ type, data }) =>
    type === 'rollout.ended' ? [(data as { outcome: string }).outcome] : [],
  );
  if (outcomes.slice(-expect.length).join() !== expect.join())
    return `it ended as ${outcomes.join()}, not ${expect.join()}`;
  const missing = shows.find(
    ([type, text]) =>
      !events.some((event) => event.type === type && JSON.stringify(event.data).includes(text)),
  );
  return missing === undefined ? null : `there is no ${missing.join(' with ')}`;
};

/** Some stories need luck; so many seeds are tried. */
const seedsAtMost = 40;

for (const [name, story] of Object.entries(stories)) {
  const file = join(directory, `${name}.jsonl`);
  if (existsSync(file)) {
    console.log(`${name} is there already`);
    continue;
  }
  let lack: string | null = '';
  for (let seed = 1; lack !== null && seed <= seedsAtMost; seed += 1) {
    const { world, violations } = await runScenario(scenarioOf(story, seed));
    if (violations.length > 0) throw new Error(`${name}: ${violations[0]?.detail}`);
    const events = world.truth.events().filter(({ stream }) => stream === 'lane/production/spam');
    lack = lackOf(story, events);
    if (lack !== null) continue;
    writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''), { flag: 'wx' });
    const folded = `${JSON.stringify(foldedOf(events), null, 2)}\n`;
    writeFileSync(file.replace(/[.]jsonl$/, '-state.golden.json'), folded, { flag: 'wx' });
    console.log(`${name}: ${events.length} events, seed ${seed}`);
  }
  if (lack !== null) throw new Error(`${name} cannot be told: ${lack}`);
}
