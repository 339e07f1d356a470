import { readService } from './check-service.ts';
import { interpolate } from './interpolate.ts';
import { invalidConfig } from './invalid-config.ts';
import type { LoadedService } from './load-service.ts';
import type { DataPath, Finding } from './read/finding.ts';
import { readHttpAddress } from './scalars/http-address.ts';
import type { ExternalConfig, ServiceConfig } from './service-config.ts';

/**
 * Fills `${env:NAME}` in `env` (also of the environments), `external.address` and `lineage`, when a release is sealed.
 * @throws TidegateError `config-invalid` naming every variable that is not set, with its place.
 */
export const interpolateService = (
  { config, source }: Pick<LoadedService, 'config' | 'source'>,
  variables: Readonly<Record<string, string | undefined>>,
): ServiceConfig => {
  const findings: Finding[] = [];
  const complain = (path: DataPath, message: string): void => {
    findings.push({ severity: 'error', path, part: 'value', message });
  };
  const fill = (text: string, path: DataPath): string => {
    const result = interpolate(text, variables);
    if ('text' in result) return result.text;
    for (const name of result.missing)
      complain(path, `the environment variable ${name} is not set and has no default`);
    return text;
  };
  const fillAll = <T>(values: Readonly<Record<string, T>>, path: DataPath): Record<string, T | string> =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        typeof value === 'string' ? fill(value, [...path, name]) : value,
      ]),
    );
  const external = (serving: ExternalConfig): ExternalConfig => {
    const path: DataPath = ['external', 'address'];
    const address = fill(serving.address, path);
    const reading = readHttpAddress(address);
    if ('value' in reading) return { ...serving, address: reading.value };
    if (!address.includes('${env:')) complain(path, reading.problem);
    return serving;
  };

  const { serving } = config;
  const filled: ServiceConfig = {
    ...config,
    serving:
      serving.kind === 'external'
        ? external(serving)
        : { ...serving, env: fillAll(serving.env, ['run', 'env']) },
    lineage: fillAll(config.lineage, ['lineage']),
    overlays: Object.fromEntries(
      Object.entries(config.overlays).map(([name, overlay]) => [
        name,
        { ...overlay, env: fillAll(overlay.env, ['environments', name, 'env']) },
      ]),
    ),
  };
  if (findings.length > 0) {
    const { place } = readService(source.text, source.path);
    throw invalidConfig(findings.map(place));
  }
  return filled;
};
