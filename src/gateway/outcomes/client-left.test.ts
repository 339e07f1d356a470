import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Harness, startHarness, until } from '../testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream } from '../testing/upstream.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.remove());

// A candidate that hangs, behind clients who wait for less time than the limit of `slow`.
it('a candidate that never answers is not good because its clients gave up', async () => {
  const hanging = await startUpstream(() => {});
  const stable = await startUpstream('stable');
  await harness.push(
    tableWith(1, [
      serviceWith({
        stable: stableAt(stable.address),
        candidate: candidateAt([hanging.address], {
          share: 1,
          readings: {
            guards: [
              { name: 'errors', marginShare: 0.02 },
              { name: 'slow', marginShare: 0.02 },
            ],
            slowMs: 9_000,
            feedbackWithinMs: 1,
          },
        }),
      }),
    ]),
  );
  const leaving = new AbortController();
  const asked = fetch(`${harness.gateway.address}/v2/models/spam/infer`, {
    method: 'POST',
    body: '{}',
    signal: leaving.signal,
  }).catch(() => {});
  await until(() => hanging.requests === 1);
  leaving.abort();
  await asked;
  await until(() => harness.cohorts().some(({ settled }) => settled));
  await hanging.close();
  await stable.close();
  const { errors, slow } = harness.cohorts()[0]!.guards;
  expect([errors!.candidate.good, slow!.candidate.bad]).toEqual([1, 1]);
});
