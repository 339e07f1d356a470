import type { CheckedGatewayConfig } from '../../gateway-config.ts';
import type { ProviderKeys } from '../../providers/provider-keys.ts';
import { openSpanExporter, type SpanExporter } from './span-exporter.ts';

interface SpansSpec {
  readonly boot: string;
  /** What references to secrets stand for. */
  readonly keys: ProviderKeys;
  readonly onTrouble: (what: string, about: object) => void;
}

/** The exporter that a gateway's configuration asks for; null when it asks for none. */
export function openSpans(
  { telemetry, name, environment }: Pick<CheckedGatewayConfig, 'telemetry' | 'name' | 'environment'>,
  { boot, keys, onTrouble }: SpansSpec,
): SpanExporter | null {
  const spans = telemetry?.spans ?? null;
  if (spans === null) return null;
  return openSpanExporter({
    endpoint: spans.endpoint,
    headers() {
      const headers: Record<string, string> = {};
      for (const [header, reference] of Object.entries(spans.headers)) {
        const value = keys.of(reference);
        if (value === null) return null;
        headers[header] = header.toLowerCase() === 'authorization' ? `Bearer ${value}` : value;
      }
      return headers;
    },
    resource: {
      'service.name': 'tidegate-gateway',
      'service.instance.id': boot,
      'deployment.environment.name': environment,
      'tidegate.gateway': name,
    },
    onTrouble,
  });
}
