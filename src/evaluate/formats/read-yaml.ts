import { readFileSync, statSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { unusableImport } from './unusable-import.ts';

/** A file of configuration larger than this is taken for a mistake. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/** The value of a YAML or JSON file. @throws `import-unusable` with the place of the first mistake */
export const readYaml = (file: string): unknown => {
  const text = readTextFile(file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw unusableImport(file, `is not valid YAML: ${fault.message}`, { line, column: col });
  }
  return document.toJS({ maxAliasCount: 1_000 });
};

/** UTF-8 text. @throws `import-unusable` */
export const readTextFile = (file: string, mostBytes = LARGEST_BYTES): string => {
  try {
    if (statSync(file).size > mostBytes)
      throw unusableImport(file, `is larger than ${mostBytes / 2 ** 20} MiB`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'EISDIR')
      throw unusableImport(file, 'is no file that can be read', {}, error);
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw unusableImport(file, 'is not valid UTF-8', {}, error);
    throw error;
  }
};
