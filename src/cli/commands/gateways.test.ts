import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AddressStanding, Measures } from '../../core/telemetry/measures.ts';
import { type CliProject, openCliProject } from '../testing/open-cli-project.ts';

const measures = (standings: readonly AddressStanding[]): Measures => ({
  families: [],
  live: {
    startedAtMs: Date.now() - 125_000,
    inFlight: 4,
    ratePerSecond: 1_234.5,
    connections: 12,
    residentBytes: 90 * 1024 * 1024,
    leaseAgeMs: 100,
    addresses: standings.map((standing, n) => ({
      service: 'spam',
      track: 'stable',
      release: '1.0.0@aaaaaaaaaaaa',
      address: `http://127.0.0.1:${4_000 + n}`,
      standing,
      inFlight: n,
    })),
    addressesLeftOut: 0,
  },
});

describe('tidegate gateways', () => {
  let cli: CliProject;
  beforeEach(async () => {
    cli = await openCliProject();
    cli.api.gateways.setMeasures('boot-production', measures(['in', 'ejected', 'slow-start']));
  });
  afterEach(() => cli.close());

  it('shows each process, and the addresses that are not used as usual', async () => {
    const { code, out } = await cli.run(['gateways', '--env', 'production']);
    expect(code).toBe(0);
    expect(out).toMatch(
      /production-memory +production +0 +memory: +2 min \d+ s +\S+ +4 +1,23[45] +12 +90 MiB/,
    );
    expect(out).toMatch(/http:\/\/127\.0\.0\.1:4001 +1 +ejected for its answers/);
    expect(out).toContain('starts slowly');
    expect(out).not.toContain(':4000');
  });

  it('shows every address when there is room', async () => {
    const { out } = await cli.run(['gateways', '-o', 'wide']);
    expect(out).toMatch(/:4000 +0 +takes requests/);
  });

  it('says of a process that does not answer that it does not', async () => {
    const { out } = await cli.run(['gateways', '--env', 'staging']);
    expect(out).toMatch(/staging-memory .* does not answer/);
    expect(out).toContain('Every address takes requests as usual.');
  });

  it('gives all of it as JSON', async () => {
    const { out } = await cli.run(['gateways', '-o', 'json']);
    const all = JSON.parse(out) as { environment: string; live: { addresses: unknown[] } | null }[];
    expect(all.map(({ environment, live }) => [environment, live?.addresses.length ?? null])).toEqual([
      ['staging', null],
      ['production', 3],
    ]);
  });

  it('replaces processes one after the other, and fails when one could not be replaced', async () => {
    const asked: (string | null)[] = [];
    const handedOver = {
      gateway: 'edge-1',
      environment: 'production',
      outcome: 'handed-over',
      from: 'a',
      to: 'b',
    } as const;
    const kept = { ...handedOver, gateway: 'edge-2', outcome: 'kept', why: 'it was not ready' } as const;
    await cli.start({
      restartGateways: async (environment) => {
        asked.push(environment);
        return environment === null ? [handedOver, kept] : [handedOver];
      },
    });
    const one = await cli.run(['gateways', 'restart', '--env', 'production']);
    expect([one.code, one.out]).toEqual([0, expect.stringMatching(/edge-1 +production +a +b +handed over/)]);
    const all = await cli.run(['gateways', 'restart']);
    expect(all.code).toBe(1);
    expect(all.out).toMatch(/edge-2 +production +a +a +serves as before: it was not ready/);
    expect(asked).toEqual(['production', null]);
    expect((await cli.run(['gateways', 'restart', '--env', 'prod'])).code).toBe(2);
    expect((await cli.run(['gateways', 'start'])).code).toBe(2);
  });

  it('knows which environments there are', async () => {
    expect((await cli.run(['gateways', '--env', 'prod'])).code).not.toBe(0);
  });
});
