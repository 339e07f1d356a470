import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ProviderUse } from '../../core/routing/provider.ts';
import { type Harness, startHarness, until } from '../testing/harness.ts';
import { type ModelServer, startModelServer } from '../testing/model-server.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';

let harness: Harness;
let stable: ModelServer;
let candidate: ModelServer;
beforeEach(async () => {
  [harness, stable, candidate] = await Promise.all([startHarness(), startModelServer(), startModelServer()]);
});
afterEach(async () => {
  await harness.remove();
  await Promise.all([stable.close(), candidate.close()]);
});
const none = { started: 1, both: 0, stableOnly: 0, candidateOnly: 0, neither: 0 };

/** What became of the pair of one request whose copy goes to `provider`. */
const pairsOf = async (provider: ProviderUse | undefined, more: object) => {
  await harness.push(
    tableWith(1, [
      serviceWith({
        service: 'chat',
        protocol: 'openai',
        stable: stableAt(stable.address),
        candidate: candidateAt([candidate.address], {
          share: 0,
          mirrorShare: 1,
          ...(provider && { provider }),
          readings: {
            ...candidateAt([]).readings,
            guards: ['errors', 'client-errors', 'slow'].map((name) => ({ name, marginShare: 0.02 })),
          },
        }),
      }),
    ]),
  );
  const messages = [{ role: 'user', content: '?' }];
  const body = JSON.stringify({ model: 'chat', messages, ...more });
  expect((await harness.ask('/v1/chat/completions', { method: 'POST', body })).status).toBe(200);
  await until(() => harness.cohorts().some(({ pairs }) => pairs?.errors?.started === 1));
  await until(() => harness.cohorts().every(({ settled }) => settled));
  return harness.cohorts()[0]!.pairs;
};

it('a copy whose provider refuses our key is an error of the release, as for a user', async () => {
  const keyFile = path.join(harness.directory, 'key');
  await writeFile(keyFile, 'sk-test-0123456789abcdefghij\n');
  candidate.mode = 'key-refused';
  const pairs = await pairsOf({ name: 'openai', model: 'x', apiKey: `file:${keyFile}` }, {});
  expect(pairs?.errors).toEqual({ ...none, candidateOnly: 1 });
  expect(pairs?.['client-errors']).toEqual({ ...none, neither: 1 });
});

it('the key of the client that is refused says nothing of the release', async () => {
  candidate.mode = 'key-refused';
  const pairs = await pairsOf({ name: 'openai', model: 'x' }, {});
  expect(pairs?.errors).toEqual({ ...none, neither: 1 });
});

it('a copy that cannot be translated is what clients got wrong there', async () => {
  const pairs = await pairsOf({ name: 'anthropic', model: 'x', translation: { maxTokens: 9 } }, { seed: 7 });
  expect(candidate.seen.length).toBe(0);
  expect(pairs?.['client-errors']).toEqual({ ...none, candidateOnly: 1 });
  expect(pairs?.errors).toEqual({ ...none, neither: 1 });
  expect(pairs?.slow).toEqual({ ...none, neither: 1 });
});

it.each([undefined, { name: 'anthropic', model: 'x', translation: { maxTokens: 9 } }] as const)(
  'a copy whose stream says that it failed is an error: %j',
  async (provider) => {
    candidate.mode = 'error-in-stream';
    const pairs = await pairsOf(provider, { stream: true });
    expect(pairs?.errors).toEqual({ ...none, candidateOnly: 1 });
  },
);
