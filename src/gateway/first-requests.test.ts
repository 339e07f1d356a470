import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryKeyDisk } from '../simulator/system/memory-key-disk.ts';
import { assign, digestOfKey, placeOf } from './assignment/assign.ts';
import { openFirstRequests } from './first-requests.ts';
import { openKeyMemory } from './key-memory.ts';

const digest = (key: string): Buffer => digestOfKey('salt', key);
const at = (stage: number) => ({ rollout: 'r', stage });
const open = ({
  process = 0,
  processes = 1,
  keysAtMost = 1_000,
  files = new Map<string, Buffer>(),
}: {
  process?: number;
  processes?: number;
  keysAtMost?: number;
  files?: Map<string, Buffer>;
} = {}) => {
  const of = { name: `edge-${process}`, process, processes };
  const memory = openKeyMemory({ ...of, disk: memoryKeyDisk(files), onTrouble() {} });
  return openFirstRequests({ ...of, keysAtMost, memory });
};

describe('first requests', () => {
  it('are one a key and stage, in one process of all', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ key: fc.nat(40), stage: fc.boolean(), process: fc.nat(4) }), { maxLength: 300 }),
        fc.integer({ min: 1, max: 5 }),
        (requests, processes) => {
          const all = Array.from({ length: processes }, (_, process) => open({ process, processes }));
          const counted = new Map<string, number[]>();
          let stage = 0;
          for (const { key, stage: isNext, process } of requests) {
            if (isNext && stage < 3) stage += 1;
            const here = process % processes;
            if (!all[here]!.isFirst(at(stage), digest(`${key}`))) continue;
            const name = `${stage} ${key}`;
            counted.set(name, [...(counted.get(name) ?? []), here]);
          }
          for (const places of counted.values()) expect(places).toHaveLength(1);
        },
      ),
    );
    const three = [0, 1, 2].map((process) => open({ process, processes: 3 }));
    for (let n = 0; n < 300; n += 1) {
      const by = three.map((one) => one.isFirst(at(0), digest(`${n}`)));
      expect(by.filter((isFirst) => isFirst)).toHaveLength(1);
    }
  });

  it('count every key anew in the next stage and the next rollout', () => {
    const requests = open({ keysAtMost: 10 });
    expect(requests.isFirst(at(0), digest('a'))).toBe(true);
    expect(requests.isFirst(at(0), digest('a'))).toBe(false);
    expect(requests.isFirst({ rollout: 'other', stage: 0 }, digest('a'))).toBe(true);
    expect(requests.isFirst(at(1), digest('a'))).toBe(true);
    requests.retain(new Set(['other']));
    expect(requests.isFirst(at(1), digest('a'))).toBe(true);
    expect(requests.isFirst({ rollout: 'other', stage: 0 }, digest('a'))).toBe(false);
  });

  it('of more keys than fit are a sample that does not depend on the track, each still once', () => {
    const requests = open({ keysAtMost: 500 });
    const counted: string[] = [];
    const see = (key: string): void => {
      if (requests.isFirst(at(0), digest(key))) counted.push(key);
    };
    for (let n = 0; n < 20_000; n += 1) {
      see(`${n}`);
      see(`${n >> 1}`);
    }
    expect(new Set(counted).size).toBe(counted.length);
    // 500, and then about 250 for each halving: 20,000 keys at 1/64 in the end.
    expect(counted.length).toBeGreaterThan(1_000);
    expect(counted.length).toBeLessThan(3_000);
    const candidates = counted.filter((key) => assign(placeOf(digest(key)), 0.3) === 'candidate').length;
    const deviation = Math.sqrt(counted.length * 0.3 * 0.7);
    expect(Math.abs(candidates - 0.3 * counted.length)).toBeLessThan(4.5 * deviation);
    const tooMany = Array.from({ length: 1_000 }, (_, n) => digest(`late ${n}`)).filter(
      (key) => !requests.isFirst(at(0), key) && requests.isOneTooMany(at(0), key),
    );
    expect(tooMany.length).toBeGreaterThan(900);
    expect(requests.isOneTooMany(at(1), digest('late 0'))).toBe(false);
    expect(requests.isOneTooMany({ ...at(0), earlierShare: 1 }, tooMany[0]!)).toBe(false);
  });

  it('are told once a key and stage, however often processes are killed, if they are written before they are told', () => {
    const step = fc.record({
      act: fc.constantFrom('ask', 'ask', 'ask', 'ask', 'tell', 'kill', 'change stage'),
      key: fc.nat(12),
      process: fc.nat(1),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const files = new Map<string, Buffer>();
        const start = (process: number) => open({ process, processes: 2, keysAtMost: 5, files });
        const running = [start(0), start(1)];
        const counted: string[][] = [[], []];
        const told: string[] = [];
        let stage = 0;
        for (const { act, key, process } of steps) {
          if (act === 'change stage') stage = key % 3;
          else if (act === 'ask') {
            if (running[process]!.isFirst(at(stage), digest(`${key}`)))
              counted[process]!.push(`${stage} ${key}`);
          } else if (act === 'tell') {
            running[process]!.write();
            told.push(...counted[process]!.splice(0));
          } else {
            // What it had told nobody of is lost with it.
            counted[process] = [];
            running[process] = start(process);
          }
        }
        expect(new Set(told).size).toBe(told.length);
      }),
      { numRuns: 100 },
    );
  });

  it('are none any more in a stage whose keys cannot be written, and again in the next', () => {
    const files = new Map<string, Buffer>();
    const disk = memoryKeyDisk(files);
    let isFull = false;
    const memory = openKeyMemory({
      name: 'edge',
      process: 0,
      processes: 1,
      disk: {
        ...disk,
        append(name, bytes) {
          if (isFull) throw new Error('no space left on device');
          disk.append(name, bytes);
        },
      },
      onTrouble() {},
    });
    const requests = openFirstRequests({ process: 0, processes: 1, keysAtMost: 10, memory });
    expect(requests.isFirst(at(0), digest('a'))).toBe(true);
    isFull = true;
    requests.write();
    expect(requests.isFirst(at(0), digest('b'))).toBe(false);
    isFull = false;
    expect(requests.isFirst(at(0), digest('c'))).toBe(false);
    expect(open({ files }).isFirst(at(0), digest('a'))).toBe(false);
    expect(open({ files }).isFirst(at(0), digest('d'))).toBe(false);
    expect(requests.isFirst(at(1), digest('b'))).toBe(true);
  });

  it('of more keys than fit are the same sample after a restart', () => {
    const files = new Map<string, Buffer>();
    const before = open({ keysAtMost: 50, files });
    for (let n = 0; n < 1_000; n += 1) before.isFirst(at(0), digest(`${n}`));
    before.write();
    const after = open({ keysAtMost: 50, files });
    for (let n = 0; n < 1_000; n += 1) expect(after.isFirst(at(0), digest(`${n}`))).toBe(false);
    for (let n = 1_000; n < 2_000; n += 1) {
      const key = digest(`${n}`);
      expect(after.isFirst(at(0), key)).toBe(before.isFirst(at(0), key));
      expect(after.isOneTooMany(at(0), key)).toBe(before.isOneTooMany(at(0), key));
    }
  });
});
