import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPrometheus } from '../../src/adapters/prometheus/testing/find-prometheus.ts';
import {
  type RunningPrometheus,
  startPrometheus,
} from '../../src/adapters/prometheus/testing/start-prometheus.ts';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';
import { until } from './harness/until.ts';

const program = findPrometheus();

describe.skipIf(program === null)('/metrics of two gateway processes', () => {
  let tidegate: Tidegate;
  let prometheus: RunningPrometheus;
  let tokenFile: string;
  const control = () => `http://127.0.0.1:${tidegate.controlPort}`;
  const scrape = async (accept: string): Promise<string> => {
    const authorization = `Bearer ${readFileSync(tokenFile, 'utf8').trim()}`;
    const answer = await fetch(`${control()}/metrics`, { headers: { authorization, accept } });
    expect(answer.status).toBe(200);
    return answer.text();
  };
  const ask = async (): Promise<void> => {
    const answer = await fetch(`${tidegate.gateway('production')}/services/counted/`, {
      headers: { connection: 'close' },
    });
    await answer.arrayBuffer();
  };
  const query = async (text: string): Promise<readonly (readonly [Record<string, string>, number])[]> => {
    const answer = await fetch(`${prometheus.address}/api/v1/query?${new URLSearchParams({ query: text })}`);
    const { data } = (await answer.json()) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return data.result.map(({ metric, value }) => [metric, Number(value[1])]);
  };

  beforeAll(async () => {
    tidegate = await openTidegate({
      environments: [{ name: 'production', strategy: 'all-at-once', gatewayProcesses: 2 }],
    });
    const { rollout } = await tidegate.ship({ service: 'counted', behaviour: {} }, '1.0.0', 'production');
    await tidegate.completed({ environment: 'production', service: 'counted' }, rollout);
    tokenFile = join(tidegate.stateDir, 'metrics-token');
    prometheus = await startPrometheus(program!, { address: control(), tokenFile });
  });
  afterAll(async () => {
    await prometheus?.close();
    await tidegate?.dispose();
  });

  it('are read by a real Prometheus with the token that is for this alone, and it counts right', async () => {
    expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
    for (let n = 0; n < 40; n += 1) await ask();
    await until('Prometheus has seen forty requests', async () => {
      const found = await query(
        'sum(tidegate_requests_total{service="counted",ending="complete",status="2xx"})',
      );
      return found[0]?.[1] === 40;
    });
    const gateways = await query('tidegate_gateway_up == 1');
    expect(gateways.map(([{ gateway, environment }]) => [environment, gateway])).toEqual([
      ['production', 'production-1'],
      ['production', 'production-2'],
    ]);
    expect(await query('up{job="scraped"}')).toEqual([[expect.anything(), 1]]);
    const quantile = await query(
      'histogram_quantile(0.99, sum by (le) (tidegate_request_duration_seconds_bucket{service="counted"}))',
    );
    expect(quantile[0]![1]).toBeGreaterThan(0);
    expect(quantile[0]![1]).toBeLessThanOrEqual(120);
    const [, scraped] = (await query('scrape_samples_scraped{job="scraped"}'))[0]!;
    const [, added] = (await query('scrape_samples_post_metric_relabeling{job="scraped"}'))[0]!;
    expect(added).toBe(scraped);
  });

  it('are refused on the address of the gateways, and without a token', async () => {
    const answer = await fetch(`${tidegate.gateway('production')}/metrics`);
    expect(answer.status).toBe(404);
    expect((await fetch(`${control()}/metrics`)).status).toBe(401);
  });

  it('please promtool', async () => {
    const input = await scrape('text/plain');
    const { status, stdout, stderr } = spawnSync(join(dirname(program!), 'promtool'), ['check', 'metrics'], {
      input,
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
    expect(await scrape('application/openmetrics-text;version=1.0.0')).toMatch(/\n# EOF\n$/);
  });
});
