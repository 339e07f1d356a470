import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, digestOfKey, placeOf } from './assignment/assign.ts';
import { openFirstRequests } from './first-requests.ts';

const digest = (key: string): Buffer => digestOfKey('salt', key);
const at = (stage: number) => ({ rollout: 'r', stage });

describe('first requests', () => {
  it('are one a key and stage, in one process of all', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ key: fc.nat(40), stage: fc.boolean(), process: fc.nat(4) }), { maxLength: 300 }),
        fc.integer({ min: 1, max: 5 }),
        (requests, processes) => {
          const all = Array.from({ length: processes }, (_, process) =>
            openFirstRequests({ process, processes, keysAtMost: 1_000 }),
          );
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
    const three = [0, 1, 2].map((process) => openFirstRequests({ process, processes: 3, keysAtMost: 1_000 }));
    for (let n = 0; n < 300; n += 1) {
      const by = three.map((one) => one.isFirst(at(0), digest(`${n}`)));
      expect(by.filter((isFirst) => isFirst)).toHaveLength(1);
    }
  });

  it('count every key anew in the next stage and the next rollout', () => {
    const requests = openFirstRequests({ process: 0, processes: 1, keysAtMost: 10 });
    expect(requests.isFirst(at(0), digest('a'))).toBe(true);
    expect(requests.isFirst(at(0), digest('a'))).toBe(false);
    expect(requests.isFirst({ rollout: 'other', stage: 0 }, digest('a'))).toBe(true);
    expect(requests.isFirst(at(1), digest('a'))).toBe(true);
    requests.retain(new Set(['other']));
    expect(requests.isFirst(at(1), digest('a'))).toBe(true);
    expect(requests.isFirst({ rollout: 'other', stage: 0 }, digest('a'))).toBe(false);
  });

  it('of more keys than fit are a sample that does not depend on the track, each still once', () => {
    const requests = openFirstRequests({ process: 0, processes: 1, keysAtMost: 500 });
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
});
