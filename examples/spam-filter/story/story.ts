import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine, MachineSetup } from '../../story/machine.ts';
import {
  type Environment,
  goBack,
  type Scene,
  type ShippedRelease,
  type SurvivedKill,
  shipToTheEnd,
  startReplay,
  surviveKill,
  type Teller,
  type WayBack,
  writeTrees,
} from './chapters.ts';

export const machineSetup: MachineSetup<Environment> = {
  server: join(import.meta.dirname, '../server'),
  ports: { staging: 7080, production: 7081 },
};

export interface Story {
  readonly readyMs: number;
  readonly releases: readonly ShippedRelease[];
  readonly kill: SurvivedKill;
  readonly back: WayBack;
}

/** The life of a service in seven chapters. Everything in it really happens; the teller only hears about it. */
export const liveStory = async (
  machine: Machine<Environment>,
  tell: Teller,
  listen: () => Promise<void>,
): Promise<Story> => {
  const trees = join(machine.directory, 'trees');
  mkdirSync(trees);
  tell.say('Training six models on real mail ...');
  writeTrees(trees);
  const scene: Scene = { machine, trees, tell, traffic: null };
  try {
    tell.command('tidegate up');
    const readyMs = await machine.start();
    await listen();
    const releases: ShippedRelease[] = [];
    const next = async (number: number, version: string, title: string): Promise<void> => {
      tell.chapter(number, title);
      releases.push(await shipToTheEnd(scene, version));
    };
    await next(1, '1.0.0', '1.0.0, trained on the early mail: the first release');
    startReplay(scene);
    await next(2, '1.1.0', '1.1.0, trained on more mail: better, so it goes all the way');
    await next(3, '1.2.0', '1.2.0, trained on shuffled labels: stopped before any user sees it');
    await next(4, '1.3.0', '1.3.0, fast, green and wrong on a kind of mail the golden set lacks');
    await next(5, '1.4.0', '1.4.0, dies on mail over a size');
    tell.chapter(6, '1.5.0, and kill -9 of the control plane in the middle of its canary');
    const kill = await surviveKill(scene, '1.5.0');
    tell.chapter(7, 'the working trees are deleted, and the previous release comes back');
    const back = await goBack(scene);
    return { readyMs, releases, kill, back };
  } finally {
    await scene.traffic?.stop();
  }
};
