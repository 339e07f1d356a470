import { checkRest } from './checks/check-rest.ts';
import type { FaultStep, Scenario, Step } from './scenario.ts';
import type { Violation } from './violation.ts';
import { openWorld, type World } from './world.ts';

export interface ScenarioResult {
  readonly violations: readonly Violation[];
  readonly known: readonly Violation[];
  readonly stats: {
    readonly events: number;
    readonly requests: number;
    readonly controlPlanes: number;
    readonly ended: Readonly<Record<string, number>>;
    /** See `Occurrences`, sorted. */
    readonly occurred: readonly string[];
  };
  /** The same for two runs of the same scenario: digest of the ledger and of what was counted. */
  readonly trace: string;
  readonly world: World;
}

const graceMs = 10_000;

/**
 * Plays a scenario to its end, or to the first violation that is not known. Deterministic.
 * @param isKnown violations that are left out of the result, because somebody has written down what is behind them.
 */
export const runScenario = async (
  scenario: Scenario,
  isKnown: (violation: Violation) => boolean = () => false,
): Promise<ScenarioResult> => {
  const world = openWorld(scenario);
  const { time } = world;
  let judged = 0;
  const known: Violation[] = [];
  const violations: Violation[] = [];
  const isOver = (): boolean => {
    for (; judged < world.violations.length; judged += 1) {
      const violation = world.violations[judged]!;
      (isKnown(violation) ? known : violations).push(violation);
    }
    return violations.length > 0;
  };
  world.startPlane();
  world.fleet.start();
  for (const step of scenario.steps) {
    if (step.atMs > scenario.healsAtMs) continue;
    time.after(step.atMs, () => carryOut(world, step));
  }
  await time.runUntil(scenario.healsAtMs, isOver);
  heal(world);
  await time.runUntil(scenario.endsAtMs, isOver);
  if (!isOver()) checkRest(world);
  if (world.violations.length > judged) {
    // What takes its time (a last long answer, a gateway that came back late) gets it; what never comes to rest is a violation.
    world.violations.splice(judged);
    await time.runUntil(scenario.endsAtMs + graceMs, isOver);
    if (!isOver()) checkRest(world);
  }
  isOver();
  for (const plane of [...world.planes()]) plane.life.end();
  const events = world.truth.events();
  const ended: Record<string, number> = {};
  for (const { type, data } of events) {
    if (type !== 'rollout.ended') continue;
    const { outcome } = data as { outcome: string };
    ended[outcome] = (ended[outcome] ?? 0) + 1;
  }
  return {
    violations,
    known,
    stats: {
      events: events.length,
      requests: world.fleet.requests(),
      controlPlanes: world.startedPlanes(),
      ended,
      occurred: [...world.occurrences.all].sort(),
    },
    trace: `${events.at(-1)?.hash ?? ''} ${world.fleet.requests()} ${Math.round(time.nowMs())}`,
    world,
  };
};

const carryOut = (world: World, step: Step): void => {
  world.occurrences.noteStep(step);
  if (step.do === 'ask') {
    const { do: _do, atMs: _atMs, person, ...wish } = step;
    world.people.ask(person, wish);
  } else harm(world, step);
};

const harm = (world: World, step: FaultStep): void => {
  const { time, disk, fleet } = world;
  switch (step.do) {
    case 'crash':
      world.restartAfter(step.restartAfterMs);
      world.planes().at(-1)?.life.dieAt(step.calls, step.when);
      return;
    case 'second-control-plane': {
      const older = [...world.planes()];
      if (older.length === 0) return;
      world.startPlane();
      time.after(step.olderEndAfterMs, () => {
        // Unless those that came after it are gone: then it may be the one that is left after the healing.
        for (const plane of older) if (plane !== world.planes().at(-1)) plane.life.end();
      });
      return;
    }
    case 'kill-gateway':
      fleet.kill(step.gateway, step.restartAfterMs);
      return;
    case 'partition':
      if (step.kind === 'stall') fleet.stall(step.gateway, step.forMs);
      else {
        fleet.cut(step.gateway);
        time.after(step.forMs, () => {
          const conditions = fleet.conditions(step.gateway);
          if (conditions !== undefined) conditions.isCut = false;
        });
      }
      return;
    case 'rough-network': {
      const conditions = fleet.conditions(step.gateway);
      if (conditions === undefined) return;
      conditions.roughShare = step.share;
      fleet.stall(step.gateway, 0);
      time.after(step.forMs, () => {
        conditions.roughShare = 0;
        // What was lost without anybody noticing is said again once the two have met anew.
        fleet
          .processes()
          .find(({ name }) => name === step.gateway)
          ?.link()
          ?.close(true);
      });
      return;
    }
    case 'slow-route-file':
      fleet.slowDisk(step.gateway, time.nowMs() + step.forMs);
      return;
    case 'fail-append':
      disk.nextAppendFails = step.when;
      return;
    case 'ledger':
      disk.state = step.is;
      time.after(step.forMs, () => {
        disk.state = 'well';
      });
      return;
    case 'slow-ledger':
      disk.delayMs = step.delayMs;
      time.after(step.forMs, () => {
        disk.delayMs = 0;
      });
      return;
    case 'kill-replica':
      world.runtime.kill(step.pick);
      return;
    case 'kill-release':
      world.runtime.killRelease(step.pick, step.unnoticedMs);
      return;
    case 'bent-draw':
      fleet.bendDraw(step.gateway, step.exponent, step.forMs);
      return;
    case 'clock-jump':
      world.jumpClocks(step.byMs);
      return;
    case 'restore-backup':
      world.restoreBackup(step.keepShare);
      return;
    case 'lose-evidence':
      world.restartAfter(step.restartAfterMs);
      world.loseEvidence();
      return;
    case 'fail-evidence-save':
      world.failNextEvidenceSave();
      return;
  }
};

/** All faults are over; one control plane with a working ledger is left. */
const heal = (world: World): void => {
  const { disk, fleet } = world;
  disk.state = 'well';
  disk.delayMs = 0;
  disk.nextAppendFails = null;
  fleet.heal();
  const planes = world.planes();
  for (const plane of planes.slice(0, -1)) plane.life.end();
  const [last] = world.planes();
  // Nobody can do with a control plane whose writer is gone but start it anew.
  if (last !== undefined && disk.deadWriters.has(last.life.name)) last.life.end();
  last?.life.dieAt(Number.POSITIVE_INFINITY, 'before');
  world.startIfNone();
};
