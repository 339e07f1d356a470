import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LaneView, LedgerVerdict, Trace } from '../../../src/client/client.ts';
import type { Machine } from '../../story/machine.ts';
import { startTraffic, type Traffic } from '../traffic.ts';
import { trainModel, writeModel } from '../train.ts';
import { type VariantName, writeVariant } from '../variants.ts';
import { type CandidateInLog, candidateInLog } from './candidate-log.ts';
import { type SeenByUsers, seenBetween } from './seen-by-users.ts';

export type Environment = 'staging' | 'production';
export type EndedRollout = LaneView['ended'][number];

/** What one release went through, and what users saw meanwhile. */
export interface ShippedRelease {
  readonly version: string;
  readonly staging: EndedRollout;
  /** Null when it never got that far. */
  readonly production: EndedRollout | null;
  readonly seconds: number;
  readonly seen: SeenByUsers;
  readonly log: CandidateInLog | null;
}

export interface Teller {
  chapter(number: number, title: string): void;
  command(line: string): void;
  say(line: string): void;
}

export const versions = ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0'] as const;

/** Working trees of all releases, trained before any traffic flows, so that training takes nothing from the answers. */
export const writeTrees = (folder: string): void => {
  for (const version of versions) {
    const tree = join(folder, version);
    writeVariant(tree, `v${version}` as VariantName);
    if (version !== '1.1.0') leaveShadowOut(tree);
  }
  // A sound successor: the same training from another seed.
  const successor = join(folder, '1.5.0');
  writeVariant(successor, 'v1.1.0');
  leaveShadowOut(successor);
  writeModel(join(successor, 'model'), trainModel({ corpus: 'all', seed: 2 }));
};

/** Their authors skip the copies and trust the environment's own strategy, canary 10, 50, 100 %. */
const leaveShadowOut = (tree: string): void => {
  const file = join(tree, 'tidegate.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').split('\nenvironments:')[0] ?? '');
};

export interface Scene {
  readonly machine: Machine<Environment>;
  readonly trees: string;
  readonly tell: Teller;
  traffic: Traffic | null;
}

const service = 'spam-filter';
const lane = (scene: Scene, environment: Environment): Promise<LaneView> =>
  scene.machine.client().lane({ service, environment });

/** Polls until a lane is as wanted. The control plane may be away for a while. */
export const until = async (
  scene: Scene,
  environment: Environment,
  wanted: (lane: LaneView) => boolean,
  withinMs = 240_000,
): Promise<LaneView> => {
  const endsAtMs = performance.now() + withinMs;
  let last: LaneView | null = null;
  while (performance.now() < endsAtMs) {
    last = await lane(scene, environment).catch(() => last);
    if (last !== null && wanted(last)) return last;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(
    `${environment} did not get there: ${JSON.stringify(last?.rollout?.verdict ?? last?.ended[0])}`,
  );
};

const endedWith = (version: string) => (view: LaneView) =>
  view.rollout === null && view.ended[0]?.order.releaseVersion === version;

export const shipByHand = async (scene: Scene, version: string): Promise<void> => {
  const args = ['ship', '--version', version, '--no-watch'];
  scene.tell.command(`tidegate ${args.join(' ')}`);
  const { code, err } = await scene.machine.run(args, join(scene.trees, version));
  if (code !== 0) throw new Error(`tidegate ship ${version} ended with ${code}: ${err}`);
};

/** Ships a release and follows it to its end, wherever that is. */
export const shipToTheEnd = async (scene: Scene, version: string): Promise<ShippedRelease> => {
  const begunAtMs = performance.now();
  const before = scene.traffic?.stats() ?? null;
  await shipByHand(scene, version);
  const staging = (await until(scene, 'staging', endedWith(version))).ended[0]!;
  const production =
    staging.outcome === 'completed' ? (await until(scene, 'production', endedWith(version))).ended[0]! : null;
  // Answers under way, and the gateways' logs, which are written a little later.
  await new Promise((resolve) => setTimeout(resolve, 700));
  const after = scene.traffic?.stats() ?? null;
  return {
    version,
    staging,
    production,
    seconds: (performance.now() - begunAtMs) / 1_000,
    seen:
      before === null || after === null
        ? { requests: 0, errors: 0, byVersion: {} }
        : seenBetween(before, after),
    log:
      production === null || production.outcome === 'completed'
        ? null
        : candidateInLog(
            join(scene.machine.directory, '.tidegate'),
            'production',
            version,
            production.endedAtMs,
          ),
  };
};

export const startReplay = (scene: Scene): void => {
  scene.traffic = startTraffic({
    url: scene.machine.gateways.production,
    rate: 400,
    feedbackShare: 0.3,
    feedbackDelayMs: 2_000,
  });
};

export interface SurvivedKill {
  readonly sameRollout: boolean;
  readonly stageBefore: number;
  readonly answeredWhileDead: number;
  readonly errorsWhileDead: number;
  readonly restartMs: number;
  readonly shipped: ShippedRelease;
}

/** kill -9 of the control plane in the middle of a canary; the traffic must not notice and the canary must go on. */
export const surviveKill = async (scene: Scene, version: string): Promise<SurvivedKill> => {
  const begunAtMs = performance.now();
  const start = scene.traffic!.stats();
  await shipByHand(scene, version);
  const view = await until(
    scene,
    'production',
    ({ rollout }) => rollout?.order.releaseVersion === version && rollout.stage >= 1,
  );
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  scene.tell.command('kill -9 <control plane>');
  await scene.machine.kill();
  const before = scene.traffic!.stats();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const after = scene.traffic!.stats();
  scene.tell.command('tidegate up');
  const restartMs = await scene.machine.start();
  const ended = (await until(scene, 'production', endedWith(version))).ended[0]!;
  await new Promise((resolve) => setTimeout(resolve, 700));
  const staging = (await lane(scene, 'staging')).ended[0]!;
  const whileDead = seenBetween(before, after);
  return {
    sameRollout: ended.order.rollout === view.rollout?.order.rollout,
    stageBefore: view.rollout?.stage ?? -1,
    answeredWhileDead: whileDead.requests,
    errorsWhileDead: whileDead.errors,
    restartMs,
    shipped: {
      version,
      staging,
      production: ended,
      seconds: (performance.now() - begunAtMs) / 1_000,
      seen: seenBetween(start, scene.traffic!.stats()),
      log: null,
    },
  };
};

export interface WayBack {
  readonly from: string;
  readonly to: string;
  readonly treesLeft: number;
  readonly trace: Trace;
  readonly traceText: string;
  readonly verdict: LedgerVerdict;
  readonly seen: SeenByUsers;
}

/** The working trees are deleted; the sealed bytes bring the previous release back all the same. */
export const goBack = async (scene: Scene): Promise<WayBack> => {
  const { tell, machine, trees } = scene;
  const before = scene.traffic!.stats();
  const from = (await lane(scene, 'production')).stable!.releaseVersion;
  tell.command('rm -rf <every working tree>');
  rmSync(trees, { recursive: true, force: true });
  tell.command(`tidegate rollback --service ${service} --env production --yes`);
  const { code, err } = await machine.run([
    'rollback',
    '--service',
    service,
    '--env',
    'production',
    '--yes',
    '--no-watch',
  ]);
  if (code !== 0) throw new Error(`tidegate rollback ended with ${code}: ${err}`);
  const back = await until(
    scene,
    'production',
    (view) => view.rollout === null && view.stable?.releaseVersion !== from,
  );
  const answer = await askOnce(machine.gateways.production);
  await new Promise((resolve) => setTimeout(resolve, 700));
  tell.command(`tidegate trace ${answer}`);
  const traced = await machine.run(['trace', answer]);
  tell.command('tidegate audit verify');
  const verdict = await machine.client().verifyLedger();
  return {
    from,
    to: back.stable!.releaseVersion,
    treesLeft: readdirSync(machine.directory).includes('trees') ? 1 : 0,
    trace: await machine.client().trace(answer),
    traceText: traced.out,
    verdict,
    seen: seenBetween(before, scene.traffic!.stats()),
  };
};

/** One request like any other; resolves with the id of its invocation. */
const askOnce = async (gateway: string): Promise<string> => {
  const answer = await fetch(`${gateway}/v2/models/${service}/infer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      inputs: [
        { name: 'mail', shape: [1], datatype: 'BYTES', data: ['Subject: lunch\n\nAre you free at noon?'] },
      ],
    }),
  });
  await answer.arrayBuffer();
  const id = answer.headers.get('tidegate-invocation');
  if (id === null) throw new Error('The answer names no invocation.');
  return id;
};
