import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runScenario } from '../src/simulator/system/run-scenario.ts';
import type {
  EnvironmentSetup,
  ReleaseSetup,
  Scenario,
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

const environment = (name: string): EnvironmentSetup => ({
  name,
  gateways: 2,
  promote: 'manual',
  strategy: {
    type: 'canary',
    steps: [0.2, 0.5, 1],
    mirrorShare: null,
    minimumMs: null,
    timeoutMs: null,
    holdMs: null,
    holdbackShare: null,
  },
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
const stories: Record<string, { steps: Step[]; environments?: string[]; expect: string[] }> = {
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
};

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const directory = join(root, 'test', 'histories', version);
mkdirSync(directory, { recursive: true });

for (const [name, { steps, environments = ['production'], expect }] of Object.entries(stories)) {
  const file = join(directory, `${name}.jsonl`);
  if (existsSync(file)) {
    console.log(`${name} is there already`);
    continue;
  }
  const scenario: Scenario = {
    version: 1,
    seed: 1,
    setup: {
      environments: environments.map(environment),
      services: [
        {
          name: 'spam',
          replicas: 2,
          sticky: false,
          requestRate: 60,
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
    steps,
    healsAtMs: 16_000,
    endsAtMs: 26_000,
  };
  const { world, violations } = await runScenario(scenario);
  if (violations.length > 0) throw new Error(`${name}: ${violations[0]?.detail}`);
  const events = world.truth.events().filter(({ stream }) => stream === 'lane/production/spam');
  const outcomes = events.flatMap(({ type, data }) =>
    type === 'rollout.ended' ? [(data as { outcome: string }).outcome] : [],
  );
  const last = outcomes.slice(-expect.length);
  if (last.join() !== expect.join())
    throw new Error(`${name} ended as ${outcomes.join()}, not ${expect.join()}`);
  writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''), { flag: 'wx' });
  const folded = `${JSON.stringify(foldedOf(events), null, 2)}\n`;
  writeFileSync(file.replace(/[.]jsonl$/, '-state.golden.json'), folded, { flag: 'wx' });
  console.log(`${name}: ${events.length} events, ${outcomes.join(', ')}`);
}
