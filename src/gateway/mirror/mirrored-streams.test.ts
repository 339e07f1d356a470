import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Harness, pause, startHarness, until } from '../testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';

let harness: Harness;
const upstreams: TestUpstream[] = [];
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(async () => {
  await harness.remove();
  await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
});

/** Says something at once or after a while, and goes on for longer than the limit of `slow`. */
const streaming = async (firstAfterMs: number): Promise<TestUpstream> => {
  const upstream = await startUpstream(async (_, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.flushHeaders();
    await pause(firstAfterMs);
    res.write('data: 1\n\n');
    await pause(700);
    res.end('data: 2\n\n');
  });
  upstreams.push(upstream);
  return upstream;
};

it.each([
  ['alike', 0, 0, 'neither'],
  ['the candidate begins late', 0, 900, 'candidateOnly'],
] as const)(
  'a mirrored stream is as slow as its first chunk, as that of a user is: %s',
  async (_, stableMs, candidateMs, expected) => {
    const [stable, candidate] = [await streaming(stableMs), await streaming(candidateMs)];
    await harness.push(
      tableWith(1, [
        serviceWith({
          stable: stableAt(stable.address),
          candidate: candidateAt([candidate.address], {
            share: 0,
            mirrorShare: 1,
            readings: {
              guards: [{ name: 'slow', marginShare: 0.02 }],
              slowMs: 400,
              feedbackWithinMs: 100,
            },
          }),
        }),
      ]),
    );
    await harness.ask('/v2/models/spam/infer', { method: 'POST', body: '{}' });
    await until(() => harness.cohorts().every(({ settled }) => settled));
    const none = { both: 0, stableOnly: 0, candidateOnly: 0, neither: 0 };
    expect(harness.cohorts()[0]!.pairs?.slow).toEqual({ ...none, started: 1, [expected]: 1 });
  },
);
