import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LaneView } from '../../src/client/client.ts';
import { type Machine, openMachine } from '../story/machine.ts';
import { startTraffic, type Traffic, type TrafficStats } from './traffic.ts';

/** Three releases under the questions of users: a first one, one that reads more, and one whose prompt is silently worse. */
const here = import.meta.dirname;
const service = 'support-assistant';
const sealed = [
  'server.ts',
  'lib',
  'package.json',
  'package-lock.json',
  '.npmrc',
  'prompt',
  'index',
  'settings.json',
  'tidegate.yaml',
];

const variants: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // Reads only the nearest article.
  '1.0.0': { 'settings.json': '{\n  "articles": 1,\n  "temperature": 0,\n  "maxTokens": 48\n}\n' },
  // As the folder is: the nearest two.
  '1.1.0': {},
  // Somebody has tidied the template up, and the articles are gone from it. Nothing fails: the answers are quick, fluent and made up.
  '1.2.0': { 'prompt/question.md': 'Question: {{question}}\n' },
};

const writeTree = (folder: string, version: string): void => {
  mkdirSync(folder, { recursive: true });
  for (const name of sealed) cpSync(join(here, name), join(folder, name), { recursive: true });
  for (const name of ['embedding', 'language']) {
    const to = join(folder, 'models', name);
    mkdirSync(to, { recursive: true });
    for (const file of readdirSync(join(here, 'models', name)))
      linkSync(join(here, 'models', name, file), join(to, file));
  }
  for (const [file, text] of Object.entries(variants[version]!)) writeFileSync(join(folder, file), text);
};

const startedAtMs = performance.now();
const say = (line: string): void =>
  console.log(`${((performance.now() - startedAtMs) / 1_000).toFixed(0).padStart(5)} s  ${line}`);

const until = async (
  machine: Machine,
  wanted: (lane: LaneView) => boolean,
  withinMs: number,
): Promise<LaneView> => {
  const endsAtMs = performance.now() + withinMs;
  let stage = '';
  while (performance.now() < endsAtMs) {
    const lane = await machine
      .client()
      .lane({ service, environment: 'production' })
      .catch(() => null);
    const rollout = lane?.rollout ?? null;
    const now = rollout?.order.plan.stages[rollout.stage]?.name ?? '';
    if (now !== stage && now !== '') say(`  stage ${now}`);
    stage = now;
    if (lane !== null && wanted(lane)) return lane;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`${service} did not get there in ${withinMs / 1_000} s`);
};

const ship = async (machine: Machine, trees: string, version: string): Promise<LaneView['ended'][number]> => {
  say(`$ tidegate ship --version ${version}`);
  const { code, err } = await machine.run(['ship', '--version', version, '--no-watch'], join(trees, version));
  if (code !== 0) throw new Error(`tidegate ship ${version} ended with ${code}: ${err}`);
  const { ended } = await until(
    machine,
    (lane) => lane.rollout === null && lane.ended[0]?.order.releaseVersion === version,
    40 * 60_000,
  );
  const rollout = ended[0]!;
  const told = await machine.run(['explain', rollout.order.rollout]);
  say(`  ${version}: ${rollout.outcome}`);
  if (rollout.outcome !== 'completed') console.log(told.out);
  return rollout;
};

const helpedLine = ([release, { answered, helped }]: [string, TrafficStats['byRelease'][string]]): string =>
  `  ${release}: ${helped} of ${answered} answers helped`;

/** Plays the story in a directory of its own. Rejects where it ends otherwise than it should. */
export const playStory = async (): Promise<void> => {
  for (const needed of ['models/language/model.gguf', 'models/embedding/model.onnx', 'index/articles.json'])
    if (!existsSync(join(here, needed)))
      throw new Error(`${needed} is missing: npm run models && npm run index`);
  const directory = mkdtempSync(join(tmpdir(), 'support-assistant-story-'));
  const machine = await openMachine(directory, { server: join(here, 'server'), ports: { production: 7082 } });
  let traffic: Traffic | null = null;
  try {
    const trees = join(directory, 'trees');
    for (const version of Object.keys(variants)) writeTree(join(trees, version), version);
    say('$ tidegate up');
    await machine.start();
    const outcomes = [(await ship(machine, trees, '1.0.0')).outcome];
    traffic = startTraffic({ url: machine.gateways.production });
    for (const version of ['1.1.0', '1.2.0']) outcomes.push((await ship(machine, trees, version)).outcome);
    const stats = await traffic.stop();
    say(`${stats.asked} questions, ${stats.errors} without an answer`);
    for (const entry of Object.entries(stats.byRelease)) console.log(helpedLine(entry));
    if (outcomes.join() !== 'completed,completed,rolled-back')
      throw new Error(`the releases ended ${outcomes.join(', ')}`);
  } finally {
    await traffic?.stop();
    await machine.end();
    rmSync(directory, { recursive: true, force: true });
  }
};

if (import.meta.main) await playStory();
