import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openGateway } from '../gateway.ts';
import type { CheckedGatewayConfig } from '../gateway-config.ts';
import { until } from '../testing/harness.ts';
import { transportUnderTest } from '../testing/transport-under-test.ts';
import { rehearse } from './rehearse.ts';

const quiet = { info() {}, warn() {}, error() {} };

describe('a rehearsal', () => {
  it('goes through a whole gateway, and leaves nothing behind', async () => {
    const directories: string[] = [];
    const { answered } = await rehearse({
      transport: transportUnderTest(),
      open(config) {
        directories.push(config.stateDir);
        return openGateway(config, quiet);
      },
      requests: 40,
      withinMs: 20_000,
    });
    expect(answered).toBe(40);
    expect(directories).toHaveLength(1);
    await until(() => !existsSync(directories[0]!));
  });

  it('begins no request when its time is over, or nobody wants it any more', async () => {
    const spec = {
      transport: transportUnderTest(),
      open: (config: CheckedGatewayConfig) => openGateway(config, quiet),
    };
    expect(await rehearse({ ...spec, withinMs: 0 })).toMatchObject({ answered: 0 });
    let asked = 0;
    const some = await rehearse({ ...spec, withinMs: 20_000, isStillWanted: () => (asked += 1) <= 20 });
    expect(some.answered).toBe(20);
  });

  it('says why there is none, and tidies up', async () => {
    let opened: CheckedGatewayConfig | null = null;
    const rehearsal = rehearse({
      transport: 'standard',
      withinMs: 1_000,
      open(config) {
        opened = config;
        throw new Error('no port is free');
      },
    });
    await expect(rehearsal).rejects.toThrow('no port is free');
    await until(() => !existsSync(opened!.stateDir));
  });
});
