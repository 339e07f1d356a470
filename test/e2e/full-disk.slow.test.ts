import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isMissing } from './harness/is-missing.ts';
import { canMount, mountSmallDisk, type SmallDisk } from './harness/small-disk.ts';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';
import { until } from './harness/until.ts';

const lane = { environment: 'production', service: 'parrot' };

describe.skipIf(isMissing(canMount(), 'a full disk during a rollout, for want of the right to mount'))(
  'a disk that fills up in the middle of a canary',
  () => {
    let disk: SmallDisk;
    let tidegate: Tidegate;
    beforeEach(async () => {
      disk = mountSmallDisk(mkdtempSync(join(tmpdir(), 'tidegate-full-')), '24m');
      tidegate = await openTidegate({
        directory: disk.path,
        environments: [{ name: 'production', policy: { minimum: '1m' } }],
      });
    });
    afterEach(async () => {
      disk.free();
      await tidegate?.dispose();
      disk.unmount();
      rmdirSync(disk.path);
    });

    const begin = async (behaviour: object = {}) => {
      const tree = (answers: string, more: object = {}) => ({
        service: 'parrot',
        behaviour: { answers, ...more },
      });
      const first = await tidegate.ship(tree('1'), '1.0.0', 'production');
      await tidegate.completed(lane, first.rollout);
      const traffic = tidegate.traffic('production', 'parrot');
      const { rollout } = await tidegate.ship(tree('2', behaviour), '2.0.0', 'production');
      await until('the candidate answers', () => (traffic.byVersion()['2.0.0'] ?? 0) > 3);
      disk.fill();
      return { traffic, rollout };
    };

    it('abort still works at once, nobody sees an error, and the ledger is whole afterwards', async () => {
      const { traffic, rollout } = await begin();
      // What would raise the exposure is refused with the reason.
      await expect(tidegate.client.advance(lane)).rejects.toMatchObject({
        code: expect.stringMatching(/^(disk-full|ledger-unavailable)$/),
      });
      await tidegate.client.abort(lane, { reason: 'the disk' });
      const abortedAtMs = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      const after = traffic.answers.filter(({ atMs }) => atMs > abortedAtMs + 300);
      expect(after.length).toBeGreaterThan(100);
      expect(new Set(after.map(({ version }) => version))).toEqual(new Set(['1.0.0']));

      disk.free();
      expect(await tidegate.ended(lane, rollout)).toMatchObject({
        outcome: 'aborted',
        cause: { kind: 'person', reason: 'the disk' },
      });
      await traffic.stop();
      expect(traffic.errors()).toEqual([]);
      expect(await tidegate.client.verifyLedger()).toMatchObject({ ok: true });
      // It is a working system again.
      const again = await tidegate.ship(
        {
          service: 'parrot',
          behaviour: { answers: '3' },
          more: { environments: { production: { strategy: 'all-at-once' } } },
        },
        '3.0.0',
        'production',
      );
      await tidegate.completed(lane, again.rollout);
    });

    it('a candidate that turns bad is taken back all the same', async () => {
      const { traffic, rollout } = await begin({ errorShare: 1, healthyRequests: 60 });
      await until(
        'only stable answers',
        () => {
          const last = traffic.answers.slice(-60);
          return last.every(({ version, isRescued }) => version === '1.0.0' && !isRescued);
        },
        { withinMs: 15_000 },
      );
      disk.free();
      expect(await tidegate.ended(lane, rollout)).toMatchObject({ outcome: 'rolled-back' });
      await traffic.stop();
      expect(traffic.errors()).toEqual([]);
    });
  },
);
