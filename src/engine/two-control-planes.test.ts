import { beforeEach, describe, expect, it } from 'vitest';
import { manifestOf } from '../../test/fault/world.ts';
import { type MemoryGateways, openMemoryGateways } from '../adapters/gateways/memory-gateways.ts';
import { openMemoryEvidenceStore } from '../adapters/memory/memory-evidence-store.ts';
import { openMemoryLedger } from '../adapters/memory/memory-ledger.ts';
import { emptyMemoryRuntimeWorld, openMemoryRuntime } from '../adapters/memory/runtime.ts';
import { openVirtualClock } from '../adapters/memory/virtual-clock.ts';
import { canary, evaluationResult, plainPolicy } from '../core/rollout/testing/lane.ts';
import { TidegateError } from '../errors.ts';
import { createEngine, type Engine } from './engine.ts';

const key = { service: 'spam', environment: 'production' };

describe('two control planes over one ledger', () => {
  const clock = openVirtualClock();
  let ledger = openMemoryLedger();
  let isUnreadable = false;
  let one: Engine;
  let other: Engine;
  let itsGateways: MemoryGateways;

  /** Gateways are connected to one of them; ledger, evidence and replicas are shared. */
  const start = async (name: string, runtimeWorld: ReturnType<typeof emptyMemoryRuntimeWorld>) => {
    const gateways = openMemoryGateways();
    const engine = createEngine(
      {
        ledger: {
          ...ledger,
          async readAll(...args) {
            if (isUnreadable) throw new TidegateError('ledger-unavailable', 'It cannot be reached.');
            return ledger.readAll(...args);
          },
        },
        evidenceStore: openMemoryEvidenceStore(),
        gateways,
        runtime: openMemoryRuntime({ world: runtimeWorld }),
        work: {
          prepare: async () => ({ directory: '/sealed' }),
          evaluate: async () => evaluationResult('pass'),
          command: async () => ({ exitCode: 0, output: '' }),
          probe: async () => true,
          fingerprint: async () => null,
        },
        clock,
        ids: { next: (prefix) => `${prefix}_${name}`, secret: () => `salt-${name}` },
        failed: () => {},
      },
      [
        {
          name: 'production',
          gateway: 'http://127.0.0.1:0',
          apiKeyRequired: false,
          strategy: canary([0.5, 1]),
          promote: 'manual',
          policy: () => ({
            policy: { ...plainPolicy, minimumMs: 60_000, whenRunning: 'supersede' },
            digest: 'sha256:policy',
          }),
        },
      ],
    );
    await engine.start();
    gateways.connect('production', `boot-${name}`);
    return { engine, gateways };
  };
  const candidateShare = (): number | undefined => itsGateways.pushed.at(-1)?.services.spam?.candidate?.share;

  beforeEach(async () => {
    ledger = openMemoryLedger();
    isUnreadable = false;
    const runtimeWorld = emptyMemoryRuntimeWorld();
    ({ engine: one } = await start('one', runtimeWorld));
    ({ engine: other, gateways: itsGateways } = await start('other', runtimeWorld));
    for (const version of ['1.0.0', '1.1.0']) {
      await one.register(manifestOf(version), null, 'ann');
      await one.ship({ ...key, release: version, rollout: `ro_${version}`, actor: 'ann' });
      await clock.advance(3_000);
    }
    expect(one.lane(key).rollout?.stage).toBe(1);
  });

  it('each follows what the other records, also while nobody asks it anything', () => {
    expect(other.lane(key).rollout?.order.rollout).toBe('ro_1.1.0');
    expect(candidateShare()).toBe(0.5);
  });

  it('no table is newer than a record that is not in it', async () => {
    await one.command(key, { type: 'abort', reason: null }, { actor: 'ann' });
    expect(candidateShare()).toBe(0.5);
    // A record of its own, above the abort that it has not read.
    await other.createKey('app', '00'.repeat(32), 'bob');
    expect(itsGateways.pushed.at(-1)?.generation.seq).toBe((await ledger.head()).seq);
    expect(candidateShare()).toBeUndefined();
    for (const { generation, services } of itsGateways.pushed)
      if (services.spam?.candidate != null)
        expect(generation.seq).toBeLessThan((await ledger.readAll(0)).findLast(isAbort)!.seq);
  });

  it('no lease is renewed for a table that is older than the ledger', async () => {
    await one.command(key, { type: 'abort', reason: null }, { actor: 'ann' });
    const before = itsGateways.renewals.length;
    await clock.advance(2_500);
    expect(candidateShare()).toBeUndefined();
    const renewed = itsGateways.renewals.slice(before);
    expect(renewed.length).toBeGreaterThan(0);
    for (const { generation } of renewed)
      expect(generation.seq).toBeGreaterThanOrEqual((await ledger.readAll(0)).findLast(isAbort)!.seq);
  });

  it('and none at all by one that cannot read the ledger', async () => {
    isUnreadable = true;
    const before = itsGateways.renewals.length;
    await clock.advance(10_000);
    expect(itsGateways.renewals).toHaveLength(before);
    isUnreadable = false;
    await clock.advance(2_500);
    expect(itsGateways.renewals.length).toBeGreaterThan(before);
  });

  it('a release may be registered with either', async () => {
    await one.register(manifestOf('1.2.0'), null, 'ann');
    await other.register(manifestOf('1.3.0'), null, 'bob');
    await expect(other.register(manifestOf('1.2.0'), null, 'bob')).resolves.toMatchObject({
      sealedBy: 'ann',
    });
  });
});

const isAbort = ({ type }: { readonly type: string }): boolean => type === 'rollout.ended';
