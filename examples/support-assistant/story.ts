import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LaneView } from '../../src/client/client.ts';
import { endSentence, pauseReason } from '../../src/client/sentences.ts';
import { type Machine, openMachine } from '../story/machine.ts';
import { releases, type Version, writeTree } from './releases.ts';
import { ask } from './traffic/ask.ts';
import { startTraffic, type TrafficStats } from './traffic.ts';

/**
 * Three releases of the prompt under the questions of users: a first one without the articles, one with them, and one that has
 * lost them again. What becomes of each is decided by the rollout alone, on what the model really answered.
 */
const here = import.meta.dirname;
const service = 'support-assistant';
type EndedRollout = LaneView['ended'][number];
const SHIPPED_WITHIN_MS = 12 * 60_000;

const startedAtMs = performance.now();
const seconds = (): number => (performance.now() - startedAtMs) / 1_000;
const say = (line: string): void => console.log(`${seconds().toFixed(0).padStart(5)} s  ${line}`);

/** Watches the lane until the rollout of a version is over, saying where it is. Rejects when it is over otherwise than by an end. */
const ended = async (machine: Machine, version: Version): Promise<EndedRollout> => {
  const endsAtMs = performance.now() + SHIPPED_WITHIN_MS;
  let said = '';
  while (performance.now() < endsAtMs) {
    const lane = await machine
      .client()
      .lane({ service, environment: 'production' })
      .catch(() => null);
    const over = lane?.rollout === null ? lane.ended[0] : undefined;
    if (over?.order.releaseVersion === version) return over;
    const rollout = lane?.rollout ?? null;
    if (rollout?.paused)
      throw new Error(`${version} is paused: ${pauseReason(rollout.paused.cause, rollout)}`);
    const stage = rollout?.order.plan.stages[rollout.stage]?.name ?? '';
    if (stage !== said && stage !== '') say(`  stage ${stage}`);
    said = stage;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`the rollout of ${version} is not over after ${SHIPPED_WITHIN_MS / 60_000} minutes`);
};

/** Ships a version and tells what became of it, with `tidegate explain` where users got it beside another. */
const ship = async (machine: Machine, trees: string, version: Version): Promise<EndedRollout> => {
  console.log(`\n${version}: ${releases[version].title}`);
  say(`$ tidegate ship --version ${version}`);
  const { code, err } = await machine.run(['ship', '--version', version, '--no-watch'], join(trees, version));
  if (code !== 0) throw new Error(`tidegate ship ${version} ended with ${code}: ${err}`);
  const rollout = await ended(machine, version);
  say(`  ${endSentence(rollout)}`);
  if (version === '1.0.0') return rollout;
  const id = rollout.order.rollout;
  say(`$ tidegate explain ${id}`);
  const told = await machine.run(['explain', id]);
  if (told.code !== 0) throw new Error(`tidegate explain ended with ${told.code}: ${told.err}`);
  console.log(told.out);
  return rollout;
};

const saySeen = ({ asked, errors, byRelease }: TrafficStats): void => {
  say(`users asked ${asked} questions; ${errors} got no answer`);
  for (const [release, { answered, helped }] of Object.entries(byRelease))
    console.log(`         ${release} helped ${helped} of ${answered} times`);
};

/** What the story promises, beside that it gets to its end. */
const expectations = (
  outcomes: Readonly<Record<Version, EndedRollout>>,
  answeredBy: string,
  { errors }: TrafficStats,
): Readonly<Record<string, boolean>> => {
  const { cause } = outcomes['1.2.0'];
  return {
    '1.0.0 and 1.1.0 become stable': (['1.0.0', '1.1.0'] as const).every(
      (version) => outcomes[version].outcome === 'completed',
    ),
    '1.2.0 is taken back by what its users reported, and by nothing else':
      outcomes['1.2.0'].outcome === 'rolled-back' &&
      cause.kind === 'guard' &&
      cause.guards.join() === 'feedback',
    'a user who asks after that is answered by 1.1.0': answeredBy.includes('1.1.0'),
    'nobody is left without an answer': errors === 0,
  };
};

const play = async (machine: Machine, trees: string): Promise<void> => {
  say('$ tidegate up');
  await machine.start();
  const outcomes = { '1.0.0': await ship(machine, trees, '1.0.0') };
  const traffic = startTraffic({ url: machine.gateways.production! });
  try {
    const all = {
      ...outcomes,
      '1.1.0': await ship(machine, trees, '1.1.0'),
      '1.2.0': await ship(machine, trees, '1.2.0'),
    };
    const stats = await traffic.stop();
    saySeen(stats);
    const last = await ask(machine.gateways.production!, 'What does the monthly pass cost?', {
      user: 'the-last-one',
      timeoutMs: 60_000,
    });
    if (last.kind === 'answer') say(`"What does the monthly pass cost?" ${last.release}: "${last.text}"`);
    const met = expectations(all, last.kind === 'answer' ? last.release : '', stats);
    for (const [what, isMet] of Object.entries(met)) say(`${isMet ? '✓' : '✗'} ${what}`);
    if (Object.values(met).includes(false)) throw new Error('the story ended otherwise than it should');
  } finally {
    await traffic.stop();
  }
};

/** Plays the story in a directory of its own and ends everything that it started, also when it is interrupted. Rejects where it ends otherwise than it should. */
export const playStory = async (): Promise<void> => {
  for (const needed of ['models/language/model.gguf', 'models/embedding/model.onnx', 'index/articles.json'])
    if (!existsSync(join(here, needed)))
      throw new Error(`${needed} is missing: npm run models && npm run index`);
  const directory = mkdtempSync(join(tmpdir(), 'support-assistant-story-'));
  const machine = await openMachine(directory, { server: join(here, 'server'), ports: { production: 7082 } });
  const clean = async (): Promise<void> => {
    await machine.end();
    rmSync(directory, { recursive: true, force: true });
  };
  const interrupted = (): void => void clean().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
  try {
    const trees = join(directory, 'trees');
    for (const version of Object.keys(releases) as Version[]) writeTree(join(trees, version), version);
    await play(machine, trees);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted);
    await clean();
  }
};

if (import.meta.main)
  await playStory().then(
    () => say('done'),
    (error: Error) => {
      console.error(`\n✗ ${error.message}`);
      process.exitCode = 1;
    },
  );
