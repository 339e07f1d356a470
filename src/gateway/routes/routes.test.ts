import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, pause, startHarness, until } from '../testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';
import { routeFile } from './route-file.ts';

const INFER = '/v2/models/spam/infer';

describe('route tables', () => {
  let harness: Harness;
  let stable: TestUpstream;
  let candidate: TestUpstream;
  beforeEach(async () => {
    harness = await startHarness();
    stable = await startUpstream('from stable');
    candidate = await startUpstream('from candidate');
  });
  afterEach(async () => {
    await harness.remove();
    await stable.close();
    await candidate.close();
  });
  const exposed = (seq: number, share = 1) =>
    tableWith(seq, [
      serviceWith({
        stable: stableAt(stable.address),
        candidate: candidateAt([candidate.address], { share }),
      }),
    ]);
  const rolledBack = (seq: number) => tableWith(seq, [serviceWith({ stable: stableAt(stable.address) })]);
  const restart = async (withLink: boolean): Promise<void> => {
    const { directory } = harness;
    await harness.stop();
    harness = await startHarness({ directory, withLink });
  };
  const answer = async (): Promise<string> => (await harness.ask(INFER)).body;
  const current = () => path.join(harness.directory, 'state', 'routes', 'edge.routes');

  it('ignores one that is older than the one in force', async () => {
    await harness.push(exposed(5));
    await harness.push(rolledBack(6));
    expect(await answer()).toBe('from stable');
    const { openLinkGateways } = await import('../../adapters/gateways/link-gateways.ts');
    await harness.link.close();
    // A control plane that knows only the old table, as after a split.
    const stale = await openLinkGateways({ socketPath: harness.link.socketPath });
    const applied: [number, boolean][] = [];
    stale.listen({ applied: (_, __, { seq }, accepted) => applied.push([seq, accepted]) });
    stale.push(exposed(5));
    await until(() => applied.length > 0);
    expect(applied).toEqual([[5, false]]);
    expect(await answer()).toBe('from stable');
    await stale.close();
  });

  it('lets the epoch of a restored backup win over any sequence number', async () => {
    await harness.push(exposed(50));
    await harness.push({ ...rolledBack(3), generation: { epoch: 2, seq: 3, cut: 0 } });
    expect(await answer()).toBe('from stable');
  });

  it('is served again after a restart without a control plane, candidates excepted', async () => {
    await harness.push(exposed(1));
    expect(await answer()).toBe('from candidate');
    await restart(false);
    expect(await answer()).toBe('from stable');
    expect(candidate.requests).toBe(1);
    await restart(true);
    expect(harness.hellos[0]!.generation).toEqual({ epoch: 1, seq: 1, cut: 0 });
    expect(await answer()).toBe('from stable');
    harness.link.renew('production', { epoch: 1, seq: 1, cut: 0 });
    await until(async () => (await answer()) === 'from candidate');
  });

  it('falls back to the one before when the file is damaged, and says so', async () => {
    await harness.push(rolledBack(1));
    await harness.push(tableWith(2, []));
    expect((await harness.ask(INFER)).status).toBe(404);
    const bytes = await readFile(current());
    await writeFile(current(), bytes.subarray(0, bytes.length - 3));
    await restart(true);
    expect(await answer()).toBe('from stable');
    expect(harness.complaints[0]).toMatchObject({
      message: 'a stored route table is damaged and not used',
      about: { file: current() },
    });
    // Saving again must not push the good previous file out before the new one is there.
    await harness.push(tableWith(3, [], {}));
    const file = routeFile(path.dirname(current()), 'edge');
    expect((await file.load(() => {}))!.generation.seq).toBe(3);
    await writeFile(current(), 'junk');
    expect((await file.load(() => {}))!.generation.seq).toBe(1);
  });

  it('waits for the disk before it raises exposure, and never before it lowers it', async () => {
    await harness.push(exposed(1, 0.5));
    // A directory in the way of the temporary file: nothing can be stored any more, root or not.
    const { mkdir, rmdir } = await import('node:fs/promises');
    await mkdir(`${current()}.new`);
    harness.link.push(exposed(2, 1));
    await pause(150);
    expect(harness.applied).toHaveLength(1);
    expect(harness.complaints.at(-1)!.message).toBe('the route table cannot be stored');
    expect(harness.link.list()[0]!.generation!.seq).toBe(1);
    harness.link.push(rolledBack(3));
    await pause(150);
    const before = candidate.requests;
    for (let n = 0; n < 20; n += 1) expect(await answer()).toBe('from stable');
    expect(candidate.requests).toBe(before);
    // A restart would still forget it: it is acknowledged when it is on disk, however often it is repeated.
    harness.link.push(rolledBack(3));
    await pause(150);
    expect(harness.applied).toHaveLength(1);
    await rmdir(`${current()}.new`);
    await until(() => harness.applied.length === 2);
    expect(harness.applied[1]).toEqual({ generation: { epoch: 1, seq: 3, cut: 0 }, accepted: true });
    await harness.push(exposed(4, 1));
    expect(await answer()).toBe('from candidate');
  });

  it('takes a candidate away at once from a table that gives another one more', async () => {
    const { mkdir, rmdir } = await import('node:fs/promises');
    const other = await startUpstream('the other candidate');
    const table = (seq: number, shares: { spam: number; chat: number }) => {
      const service = (name: 'spam' | 'chat', address: string) => ({
        ...serviceWith({
          stable: stableAt(stable.address),
          candidate: shares[name] === 0 ? null : candidateAt([address], { share: shares[name] }),
        }),
        service: name,
      });
      return tableWith(seq, [service('spam', candidate.address), service('chat', other.address)]);
    };
    const answerOf = async (name: string): Promise<string> =>
      (await harness.ask(`/v2/models/${name}/infer`)).body;
    await harness.push(table(1, { spam: 1, chat: 0 }));
    await mkdir(`${current()}.new`);
    harness.link.push(table(2, { spam: 0, chat: 1 }));
    await until(async () => (await answerOf('spam')) === 'from stable');
    expect(await answerOf('chat')).toBe('from stable');
    expect(harness.applied).toHaveLength(1);
    await rmdir(`${current()}.new`);
    await until(async () => (await answerOf('chat')) === 'the other candidate');
    expect(await answerOf('spam')).toBe('from stable');
    expect(harness.applied[1]).toEqual({ generation: { epoch: 1, seq: 2, cut: 0 }, accepted: true });
    await other.close();
  });

  it('renews no lease by being repeated', async () => {
    const short = (seq: number) =>
      tableWith(seq, [
        serviceWith({
          stable: stableAt(stable.address),
          candidate: candidateAt([candidate.address], { share: 1, leaseMs: 400 }),
        }),
      ]);
    await harness.push(short(1));
    expect(await answer()).toBe('from candidate');
    for (let n = 0; n < 6; n += 1) {
      harness.link.push(short(1));
      await pause(100);
    }
    expect(await answer()).toBe('from stable');
    harness.link.renew('production', { epoch: 1, seq: 1, cut: 0 });
    await until(async () => (await answer()) === 'from candidate');
  });

  it('assigns by the table in force when the body is complete, not when the request began', async () => {
    const { request } = await import('node:http');
    await harness.push(exposed(1));
    const body = new Promise<string>((resolve, reject) => {
      const req = request(`${harness.gateway.address}${INFER}`, { method: 'POST' }, async (res) => {
        let text = '';
        for await (const chunk of res) text += chunk;
        resolve(text);
      });
      req.on('error', reject);
      req.write('begin ');
      setTimeout(async () => {
        await harness.push(rolledBack(2));
        req.end('end');
      }, 50);
    });
    expect(await body).toBe('from stable');
    expect(candidate.requests).toBe(0);
  });

  it('refuses one for another environment', async () => {
    await harness.push(rolledBack(1));
    harness.link.push({ ...exposed(2), environment: 'staging' });
    await pause(50);
    expect(await answer()).toBe('from stable');
  });
});
