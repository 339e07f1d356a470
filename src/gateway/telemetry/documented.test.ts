import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { gatewaySeries as seriesOfControlPlane } from '../../api/gateway-series.ts';
import type { MeasuredGateway } from '../../ports/gateways.ts';
import { startHarness } from '../testing/harness.ts';
import { startModelServer } from '../testing/model-server.ts';
import { serviceWith, stableAt, tableWith } from '../testing/table.ts';

it('every name in /metrics stands in docs/observability.md, and every name that stands there is in /metrics', async () => {
  const harness = await startHarness({
    telemetry: {
      makesTraces: false,
      sampleShare: 0,
      spans: { endpoint: 'http://127.0.0.1:9/v1/traces', headers: {} },
    },
  });
  const model = await startModelServer();
  try {
    await harness.push(
      tableWith(1, [serviceWith({ service: 'chat', protocol: 'openai', stable: stableAt(model.address) })]),
    );
    const body = JSON.stringify({ model: 'chat', stream: true, stream_options: { include_usage: true } });
    await harness.ask('/v1/chat/completions', { method: 'POST', body });
    const measured: readonly MeasuredGateway[] = await harness.link.measure(5_000);
    const names = seriesOfControlPlane(measured, '1.0.0').map(({ name, kind }) =>
      kind === 'counter' ? `${name}_total` : name,
    );
    const text = await readFile(new URL('../../../docs/observability.md', import.meta.url), 'utf8');
    const tables = text.split('\n').filter((line) => line.startsWith('| `'));
    const documented = tables
      .map((line) => line.split('|')[1]!)
      .flatMap((cell) => [...cell.matchAll(/`((?:tidegate|gen_ai|process|nodejs)_\w+)`/g)])
      .map(([, name]) => name!);
    expect(documented.sort()).toEqual([...names].sort());
  } finally {
    await harness.remove();
    await model.close();
  }
});
