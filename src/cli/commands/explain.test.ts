import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveTraffic } from '../../api/testing/serve-traffic.ts';
import { serveDemo, shipDemo, until } from '../../api/testing/ship-demo.ts';
import type { Explanation } from '../../client/client.ts';
import { type CliProject, openCliProject } from '../testing/open-cli-project.ts';

const lane = { service: 'demo', environment: 'production' };

let cli: CliProject;
beforeEach(async () => {
  cli = await openCliProject();
  cli.api.gateways.connect('production', 'boot-second');
  await serveDemo(cli.api, '1.0.0', 'production');
  await shipDemo(cli.api, '1.1.0', 'production');
  await until(cli.api, 'production', ({ rollout }) => rollout?.stage === 1);
});
afterEach(() => cli.close());

const lateBy = 10;

/** Traffic of two gateways until the rollout has left its stage; one reports half of most outcomes at first, the rest later. */
let seq = 0;
const serveUntilMoved = async (candidateBadShare: number): Promise<void> => {
  const { stage, order } = cli.api.engine.lane(lane).rollout!;
  for (let index = seq; index < seq + 400; index++) {
    const now = cli.api.engine.lane(lane).rollout;
    if (now?.stage !== stage || now.order.rollout !== order.rollout) break;
    const slice = { requests: 100, index, candidateBadShare, stableBadShare: 0.01 };
    serveTraffic(cli.api, 'boot-production', index + 1, slice);
    const late = { ...slice, isSettled: index % 3 === 0 };
    serveTraffic(cli.api, 'boot-second', index + 1, late);
    if (index - seq >= lateBy)
      serveTraffic(cli.api, 'boot-second', index + 1, { ...slice, index: index - lateBy });
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  seq += 400;
};

const verdictsOf = async (...more: string[]) => {
  const { code, out, err } = await cli.run(['explain', ...more, '--recompute', '-o', 'json']);
  expect(err).not.toContain('✘ error');
  return { code, verdicts: JSON.parse(out) as { what: string; result: string; lines: number }[] };
};

describe('explain', () => {
  it('says of a running rollout what it waits for and how far the evidence is', async () => {
    serveTraffic(cli.api, 'boot-production', 1, { requests: 200, index: 0, stableBadShare: 0.1 });
    const { code, out } = await cli.run(['explain', '--env', 'production']);
    expect(code).toBe(0);
    expect(out).toContain('1.1.0, after 1.0.0, in production is on its way.');
    const text = out.replace(/\s+/g, ' ');
    expect(text).toMatch(/Now it waits for - about [\d,]+ more requests \(/);
    expect(text).toContain('Stable: 19 of 190 bad (10 %). Candidate: 0 of 10 bad (0 %).');
    expect(text).toMatch(/candidate minus stable lies between .+ points, at all times at once with 95 %/);
    expect(text).toMatch(
      /Going back: against “no worse than stable [^”]+”, a stake of 1 would have become [\d.,]+ at best; [\d,]+ are/,
    );
    for (const line of out.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('gives the same as data, and its words have no figure of their own', async () => {
    serveTraffic(cli.api, 'boot-production', 1, { requests: 200, index: 0 });
    const { out } = await cli.run(['explain', '--env', 'production', '-o', 'json']);
    const explanation = JSON.parse(out) as Explanation;
    expect(explanation).toMatchObject({ state: { kind: 'running', verdict: { kind: 'hold' } } });
    expect(explanation).toEqual(await cli.api.client.explanation(lane, explanation.rollout));
    const compared = explanation.readings.filter(({ guard }) => guard !== 'disagree');
    expect(compared.every(({ difference }) => difference !== undefined)).toBe(true);
  });

  it('recomputes every verdict of a good rollout from what is stored, with late outcomes and a lost gateway', async () => {
    await serveUntilMoved(0.01);
    cli.api.gateways.lose('boot-second');
    cli.api.gateways.connect('production', 'boot-second');
    await serveUntilMoved(0.01);
    await until(cli.api, 'production', ({ rollout }) => (rollout?.stage ?? 9) > 2);
    const { code, verdicts } = await verdictsOf('--env', 'production');
    expect(verdicts.filter(({ what }) => what.startsWith('evidence of')).length).toBeGreaterThanOrEqual(2);
    expect(verdicts.map(({ result }) => result)).toEqual(verdicts.map(() => 'same'));
    expect(Math.max(...verdicts.map(({ lines }) => lines))).toBeGreaterThan(10);
    expect(code).toBe(0);
    const { out } = await cli.run(['explain', '--env', 'production']);
    expect(out.replace(/\s+/g, ' ')).toMatch(/evidence - Passed \(record \d+\), on errors/);
  });

  it('says what ended a bad one, and the rollback comes out the same', async () => {
    const rollout = cli.api.engine.lane(lane).rollout!.order.rollout;
    await serveUntilMoved(0.6);
    await until(cli.api, 'production', ({ ended }) => ended[0]?.order.rollout === rollout);
    const { code, verdicts } = await verdictsOf(rollout);
    expect(verdicts.at(-1)).toMatchObject({ what: 'rollback', result: 'same' });
    expect(code).toBe(0);
    const { out } = await cli.run(['explain', rollout]);
    const text = out.replace(/\s+/g, ' ');
    expect(text).toContain('1.1.0, after 1.0.0, in production was rolled back: ');
    expect(text).toMatch(/What ended it \(record \d+\), by the whole rollout/);
    expect(text).toMatch(/would have become [\d.,]+( × 10\^\d+)? at best; [\d,]+ were needed/);
    expect((await cli.run(['explain', rollout, '--recompute'])).out).toContain(
      '✔ the same, to the last digit',
    );
  });

  it('notices when what is stored is not what it was decided on', async () => {
    await serveUntilMoved(0.6);
    await until(cli.api, 'production', ({ ended }) => ended[0]?.outcome === 'rolled-back');
    const change = (line: string): string => line.replace(/"b":\d+/, '"b":0');
    const { code, out } = await cli.run(['explain', '--env', 'production', '--recompute', '-o', 'json'], {
      fetch: async (input, init) => {
        const response = await cli.api.fetch(input, init);
        if (!/\/evidence\?/.test(String(input))) return response;
        const page = (await response.json()) as { items: string[] };
        return Response.json({ ...page, items: page.items.map(change) });
      },
    });
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject([{ what: 'rollback', result: 'altered' }]);
  });

  it('says so when nothing of a rollout is kept, and knows no rollout that was not', async () => {
    expect(await cli.run(['explain', 'ro_unknown'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('No lane shows a rollout ro_unknown'),
    });
    const first = cli.api.engine.lane(lane).ended.at(-1)!.order.rollout;
    const { code, out } = await cli.run(['explain', first]);
    expect(code).toBe(0);
    expect(out).toContain('1.0.0 in production became stable');
    await expect(cli.api.client.explanation(lane, 'ro_unknown')).rejects.toMatchObject({ code: 'not-found' });
    await expect(
      cli.api.client.explanation({ ...lane, environment: 'staging' }, first),
    ).rejects.toMatchObject({ code: 'not-found' });
  });
});
