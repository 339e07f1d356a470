import { readSchemaFile } from '../config/output-schema.ts';
import type { OutputCheck, TrafficSpec } from '../core/release/manifest.ts';
import { sealError } from './seal-error.ts';

/**
 * Puts the JSON Schemas that are named by path into the checks themselves: what is evaluated later is what the manifest's
 * digest speaks about. @throws TidegateError `seal-failed` for one that cannot be used.
 */
export const sealChecks = (traffic: TrafficSpec, directory: string): TrafficSpec => {
  if (traffic.checks === undefined) return traffic;
  const seal = (check: OutputCheck): OutputCheck => {
    if (check.kind !== 'json-schema' || typeof check.schema !== 'string') return check;
    const reading = readSchemaFile(directory, check.schema);
    if ('problem' in reading) throw sealError(`An output check cannot be sealed: ${reading.problem}.`);
    return { ...check, schema: reading.schema };
  };
  return { ...traffic, checks: { ...traffic.checks, checks: traffic.checks.checks.map(seal) } };
};
