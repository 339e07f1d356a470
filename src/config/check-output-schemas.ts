import { readSchemaFile } from './output-schema.ts';
import type { Finding } from './read/finding.ts';

/** What is wrong with the schema files that `traffic.checks` names. `directory` is the one of tidegate.yaml. */
export const checkOutputSchemas = (data: unknown, directory: string): Finding[] => {
  const checks = mapOf(mapOf(mapOf(data).traffic).checks).all;
  if (!Array.isArray(checks)) return [];
  return checks.flatMap((check: unknown, index): Finding[] => {
    const path = mapOf(check).schema;
    // Anything else is the business of the schema of the file.
    if (typeof path !== 'string' || path.trim() === '' || path.startsWith('/')) return [];
    const reading = readSchemaFile(directory, path.trim());
    if ('schema' in reading) return [];
    return [
      {
        severity: 'error',
        path: ['traffic', 'checks', 'all', index, 'schema'],
        part: 'value',
        message: reading.problem,
      },
    ];
  });
};

type Data = Readonly<Record<string, unknown>>;

const mapOf = (value: unknown): Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Data) : {};
