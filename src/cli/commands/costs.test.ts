import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveDemo } from '../../api/testing/ship-demo.ts';
import type { UsageCounts } from '../../core/routing/link.ts';
import { type CliProject, openCliProject } from '../testing/open-cli-project.ts';

let cli: CliProject;
beforeEach(async () => {
  cli = await openCliProject();
  await serveDemo(cli.api, '1.0.0', 'production');
});
afterEach(() => cli.close());

const deliver = (seq: number, ...usage: UsageCounts[]): void =>
  cli.api.gateways.deliverFrame('boot-production', {
    type: 'frame',
    seq,
    atMs: Date.now(),
    cohorts: [],
    traffic: [],
    usage,
  });
const used: UsageCounts = {
  service: 'bot',
  release: 'sha256:a',
  releaseVersion: '1.0.0',
  track: 'stable',
  key: 'app',
  model: 'gpt-4.1',
  calls: 10,
  unpriced: 0,
  untold: 2,
  inputTokens: 12_000,
  cachedTokens: 2_000,
  outputTokens: 3_000,
  costNanos: 40_000_000,
};
const candidate: UsageCounts = {
  ...used,
  release: 'sha256:b',
  releaseVersion: '1.1.0',
  track: 'candidate',
  model: 'home-made',
  calls: 5,
  unpriced: 5,
  untold: 0,
  costNanos: 0,
};

describe('tidegate usage', () => {
  it('adds up what gateways say, and never shows nothing for what is not known', async () => {
    deliver(1, used, candidate);
    deliver(2, used, candidate);
    const { code, out } = await cli.run(['usage']);
    expect(code).toBe(0);
    const [, ...lines] = out
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/));
    expect(lines).toEqual([
      ['SERVICE', 'RELEASE', 'TRACK', 'CALLS', 'INPUT', 'CACHED', 'OUTPUT', 'COST', 'A CALL', 'NOT KNOWN OF'],
      ['bot', '1.0.0', 'stable', '10', '12,000', '2,000', '3,000', '$0.04', '$0.005', '2'],
      ['bot', '1.1.0', 'candidate', '5', '12,000', '2,000', '3,000', '?', '?', '5'],
      ['all', '15', '24,000', '4,000', '6,000', '$0.04', '$0.005', '7'],
    ]);
  });

  it('by day and key, of one release, as data', async () => {
    deliver(1, used, { ...used, key: null, calls: 1 }, candidate);
    const { out } = await cli.run([
      'usage',
      '--by',
      'key,model',
      '--release',
      '1.0.0',
      '--since',
      '7d',
      '-o',
      'json',
    ]);
    expect(JSON.parse(out)).toMatchObject({
      rows: [
        { key: null, model: 'gpt-4.1', calls: 1 },
        { key: 'app', model: 'gpt-4.1', calls: 10, costNanos: 40_000_000 },
      ],
    });
    expect((await cli.run(['usage', '--since', '2999-01-01'])).out).toContain('No call has ended');
    expect(await cli.run(['usage', '--by', 'colour'])).toMatchObject({ code: 2 });
    expect(await cli.run(['usage', '--since', 'yesterday'])).toMatchObject({ code: 2 });
  });
});

describe('tidegate prices', () => {
  const table = () => cli.api.gateways.pushed.findLast(({ environment }) => environment === 'production')!;

  it('are set for an environment by a record of the ledger and reach its gateways as a newer table', async () => {
    const before = table().generation.seq;
    await writeFile(
      join(cli.project, 'prices.yaml'),
      'models: [{ provider: openai, model: gpt-x, input: 0.075, cachedInput: 0.01, output: 2 }]\nservices: { demo: { second: 0.0004 } }\n',
    );
    const { code, out } = await cli.run(['prices', 'set', 'prices.yaml', '--env', 'production']);
    expect(code).toBe(0);
    expect(out).toMatch(/service demo +any +- +- +- +- +- +\$0\.0004/);
    expect(out).toMatch(/openai +gpt-x +\$0\.075 +\$0\.01 +- +\$2\.00/);
    expect(out).toMatch(/openai +gpt-4\.1 +\$2\.00 +\$0\.50/);
    const prices = {
      models: [
        {
          provider: 'openai',
          model: 'gpt-x',
          price: { inputNanos: 75_000_000, cachedInputNanos: 10_000_000, outputNanos: 2_000_000_000 },
        },
      ],
      services: { demo: { secondNanos: 400_000 } },
    };
    expect(table()).toMatchObject({ prices });
    expect(table().generation.seq).toBeGreaterThan(before);
    expect((await cli.run(['audit'])).out).toContain('prices of production set');
    await cli.run(['prices', 'clear', '--env', 'production', '--yes']);
    expect(table().prices).toBeUndefined();
  });

  it.each([
    ['models: [{ model: m }]', 'at least one of'],
    ['models: [{ model: m, input: -1 }]', 'out of range'],
    ['models: [{ model: m, input: 1 }, { model: m, input: 2 }]', 'another price for m'],
    ['models: [{ model: m, input: "$2.50" }]', '2.50'],
    ['models: [{ model: m, input: 0.0000000001 }]', 'finer'],
    ['models: [{ provider: opnai, model: m, input: 1 }]', 'openai'],
    ['services: { "A B": { second: 1 } }', 'A B'],
  ])('%s is refused with its line', async (text, why) => {
    await writeFile(join(cli.project, 'prices.yaml'), text);
    const { code, err } = await cli.run(['prices', 'set', 'prices.yaml', '--env', 'production']);
    expect(code).toBe(2);
    expect(err).toContain(why);
  });
});
