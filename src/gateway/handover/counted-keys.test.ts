import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryKeyDisk } from '../../simulator/system/memory-key-disk.ts';
import { digestOfKey } from '../assignment/assign.ts';
import { type FirstRequests, openFirstRequests } from '../first-requests.ts';
import { openKeyMemory } from '../key-memory.ts';
import { soleTenure, type Tenure, waitingTenure } from './tenure.ts';

const digest = (key: string): Buffer => digestOfKey('salt', key);
const stage = (n = 0) => ({ rollout: 'r', stage: n });

/** Two processes of one gateway, of which the second takes the place of the first. */
const twoProcesses = () => {
  const files = new Map<string, Buffer>();
  const of = { name: 'edge', process: 0, processes: 1, keysAtMost: 1_000 };
  const open = (tenure: Tenure): FirstRequests =>
    openFirstRequests({
      ...of,
      tenure,
      memory: openKeyMemory({ ...of, disk: memoryKeyDisk(files), onTrouble() {} }),
    });
  const oldTenure = soleTenure();
  const newTenure = waitingTenure();
  const old = open(oldTenure);
  const next = open(newTenure);
  return {
    files,
    old,
    next,
    oldTenure,
    newTenure,
    handOver() {
      old.write();
      Object.assign(oldTenure, { phase: 'leaving', isShared: true });
      newTenure.phase = 'serving';
    },
  };
};

describe('sticky keys while one process takes the place of another', () => {
  it('that were counted before are not counted again', () => {
    const { old, next, handOver } = twoProcesses();
    expect(old.isFirst(stage(), digest('a'))).toBe(true);
    handOver();
    expect(next.isFirst(stage(), digest('a'))).toBe(false);
    expect(next.isFirst(stage(), digest('b'))).toBe(true);
    expect(old.isFirst(stage(), digest('b'))).toBe(false);
  });

  it('are counted by neither if their first request comes to the one that leaves', () => {
    const { old, next, handOver } = twoProcesses();
    handOver();
    expect(next.isFirst(stage(), digest('a'))).toBe(true);
    expect(old.isFirst(stage(), digest('b'))).toBe(false);
    expect(next.isFirst(stage(), digest('b'))).toBe(false);
    expect(next.isFirst(stage(), digest('c'))).toBe(true);
  });

  it('of a stage that begins after the handover are counted by the successor, whoever is asked first', () => {
    const { old, next, handOver } = twoProcesses();
    expect(old.isFirst(stage(), digest('a'))).toBe(true);
    handOver();
    expect(old.isFirst(stage(1), digest('a'))).toBe(false);
    expect(next.isFirst(stage(1), digest('b'))).toBe(true);
    expect(old.isFirst(stage(1), digest('b'))).toBe(false);
  });

  it('are not forgotten by a process that lags behind', () => {
    const { old, next, files, handOver } = twoProcesses();
    old.isFirst(stage(), digest('a'));
    old.write();
    // Its table may be older, and not name the rollout yet.
    next.retain(new Set());
    expect(files.size).toBe(1);
    handOver();
    old.retain(new Set());
    expect(files.size).toBe(1);
    next.retain(new Set());
    expect(files.size).toBe(0);
  });

  it('are counted once in whatever order requests come, also when the successor dies and the old one goes on', () => {
    const events = fc.array(
      fc.oneof(
        { weight: 20, arbitrary: fc.record({ key: fc.nat(15), isOld: fc.boolean() }) },
        { weight: 1, arbitrary: fc.constant('hand over' as const) },
        { weight: 1, arbitrary: fc.constant('take back' as const) },
      ),
      { maxLength: 120, size: 'max' },
    );
    fc.assert(
      fc.property(events, (all) => {
        const { old, next, handOver, oldTenure, newTenure } = twoProcesses();
        const counted: number[] = [];
        let isNextDead = false;
        for (const event of all) {
          if (event === 'hand over') {
            if (newTenure.phase === 'waiting') handOver();
          } else if (event === 'take back') {
            if (oldTenure.phase !== 'leaving') continue;
            next.write();
            isNextDead = true;
            oldTenure.phase = 'serving';
          } else {
            const isOld = event.isOld || isNextDead || newTenure.phase === 'waiting';
            if ((isOld ? old : next).isFirst(stage(), digest(`${event.key}`))) counted.push(event.key);
          }
        }
        expect(new Set(counted).size).toBe(counted.length);
      }),
      { numRuns: 200 },
    );
  });
});
