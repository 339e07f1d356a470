import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openGateway } from '../gateway.ts';
import type { CheckedGatewayConfig } from '../gateway-config.ts';
import { until } from '../testing/harness.ts';
import { transportUnderTest } from '../testing/transport-under-test.ts';
import { rehearse } from './rehearse.ts';

const quiet = { info() {}, warn() {}, error() {} };

describe('a rehearsal', () => {
  const around = mkdtempSync(path.join(tmpdir(), 'tidegate-rehearse-'));
  const directory = path.join(around, 'rehearsal', 'one');
  afterAll(() => rmSync(around, { recursive: true, force: true }));

  it('goes through a whole gateway, and leaves nothing behind', async () => {
    const { answered } = await rehearse({
      transport: transportUnderTest(),
      directory,
      open: (config) => openGateway(config, quiet),
      requests: 40,
      withinMs: 20_000,
    });
    expect(answered).toBe(40);
    await until(() => !existsSync(directory));
    expect(readdirSync(path.dirname(directory))).toEqual([]);
  });

  it('begins no request when its time is over, or nobody wants it any more', async () => {
    const spec = {
      transport: transportUnderTest(),
      directory,
      open: (config: CheckedGatewayConfig) => openGateway(config, quiet),
    };
    expect(await rehearse({ ...spec, withinMs: 0 })).toMatchObject({ answered: 0 });
    let asked = 0;
    const some = await rehearse({ ...spec, withinMs: 20_000, isStillWanted: () => (asked += 1) <= 20 });
    expect(some.answered).toBe(20);
  });

  it('says why there is none, and tidies up', async () => {
    const rehearsal = rehearse({
      transport: 'standard',
      directory,
      withinMs: 1_000,
      open() {
        throw new Error('no port is free');
      },
    });
    await expect(rehearsal).rejects.toThrow('no port is free');
    await until(() => !existsSync(directory));
  });
});
