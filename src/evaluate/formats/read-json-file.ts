import { readTextFile } from './read-yaml.ts';
import { unusableImport } from './unusable-import.ts';

/** Near the longest text that there can be. */
const LARGEST_BYTES = 400 * 1024 * 1024;

/** The value of a JSON file, held in memory. @throws `import-unusable` */
export const readJsonFile = (file: string): unknown => {
  const text = readTextFile(file, LARGEST_BYTES);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw unusableImport(file, `is not valid JSON: ${why}`, {}, cause);
  }
};
