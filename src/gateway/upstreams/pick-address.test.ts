import { describe, expect, it } from 'vitest';
import { openHealth } from './address-health.ts';
import { pickAddress } from './pick-address.ts';

interface Address {
  readonly name: string;
  inFlight: number;
  restsUntilMs: number;
  readonly health: ReturnType<typeof openHealth>;
}

const addresses = (count: number): Address[] =>
  Array.from({ length: count }, (_, n) => ({
    name: `a${n}`,
    inFlight: 0,
    restsUntilMs: 0,
    health: openHealth(0),
  }));
const NOW = 100_000;
const eject = ({ health }: Address): void => {
  health.ejectedUntilMs = NOW + 1;
};

/** How often each is picked in so many draws that fall evenly. */
const counts = (all: Address[], overrides: { tried?: Address[]; slowStartMs?: number } = {}) => {
  const picked: Record<string, number> = {};
  for (let n = 0; n < 1000; n += 1) {
    const chance = (n * 0.6180339887498949) % 1;
    const one = pickAddress(all, { tried: [], nowMs: NOW, slowStartMs: 0, chance, ...overrides });
    picked[one?.name ?? 'none'] = (picked[one?.name ?? 'none'] ?? 0) + 1;
  }
  return picked;
};

describe('picking an address', () => {
  it('takes the least busy, and among equals each as often', () => {
    const all = addresses(3);
    for (const share of Object.values(counts(all))) expect(share).toBeGreaterThan(320);
    all[0]!.inFlight = 2;
    all[1]!.inFlight = 1;
    expect(counts(all)).toEqual({ a2: 1000 });
  });

  it('prefers the less busy of two where there are many', () => {
    const all = addresses(20);
    all[3]!.inFlight = 50;
    const picked = counts(all);
    expect(picked.a3 ?? 0).toBeLessThan(10);
    expect(Object.keys(picked).length).toBeGreaterThanOrEqual(19);
  });

  it('passes over what is ejected, what refuses connections and what was tried', () => {
    const all = addresses(4);
    eject(all[0]!);
    all[1]!.restsUntilMs = NOW + 1;
    expect(counts(all, { tried: [all[2]!] })).toEqual({ a3: 1000 });
  });

  it('passes over nothing when more than half are ejected: then it is not the addresses', () => {
    const all = addresses(3);
    eject(all[0]!);
    expect(Object.keys(counts(all)).sort()).toEqual(['a1', 'a2']);
    eject(all[1]!);
    expect(Object.keys(counts(all)).sort()).toEqual(['a0', 'a1', 'a2']);
  });

  it('has an answer while one has not been tried, however bad', () => {
    const all = addresses(2);
    for (const one of all) {
      eject(one);
      one.restsUntilMs = NOW + 1;
    }
    expect(counts(all)).toHaveProperty('a0');
    expect(counts(all, { tried: all })).toEqual({ none: 1000 });
    expect(counts(all.slice(0, 1), { tried: all })).toEqual({ none: 1000 });
  });

  it('gives a fresh address little at first', () => {
    const all = addresses(2);
    all[1]!.health.freshSinceMs = NOW - 2_000;
    const { a1 } = counts(all, { slowStartMs: 10_000 });
    expect(a1).toBeGreaterThan(60);
    expect(a1).toBeLessThan(140);
    all[0]!.health.freshSinceMs = NOW - 2_000;
    for (const share of Object.values(counts(all, { slowStartMs: 10_000 })))
      expect(share).toBeGreaterThan(400);
  });
});
