import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { PlainObject } from '../../core/formats/plain-object.ts';
import { TidegateError } from '../../errors.ts';
import type { GoldenProblem } from '../unusable-golden.ts';

export type GoldenLine =
  | { readonly kind: 'case'; readonly line: number; readonly fields: PlainObject }
  | {
      readonly kind: 'problem';
      readonly line: number;
      readonly column?: number;
      /** Completes a sentence that begins with the line. */
      readonly message: string;
    };

const MOST_PROBLEMS = 20;

/**
 * Writes a golden set, one line in memory at a time, and only as a whole: the file is there when every line could be read, or not at all.
 * Returns the number of cases. @throws `import-unusable` with the first 20 problems in `data.problems`
 */
export const writeGolden = async (
  from: string,
  to: string,
  lines: AsyncIterable<GoldenLine> | Iterable<GoldenLine>,
): Promise<number> => {
  const part = `${to}.part`;
  const stream = createWriteStream(part);
  const problems: GoldenProblem[] = [];
  const lineOfId = new Map<string, number>();
  let cases = 0;
  const fault = (line: number, message: string, column?: number): void =>
    void problems.push({ file: from, line, message, ...(column === undefined ? {} : { column }) });
  try {
    for await (const entry of lines) {
      if (entry.kind === 'problem') fault(entry.line, entry.message, entry.column);
      else {
        const id = String(entry.fields.id);
        const earlier = lineOfId.get(id);
        if (earlier !== undefined)
          fault(entry.line, `repeats the id ${JSON.stringify(id)} of line ${earlier}`);
        lineOfId.set(id, entry.line);
        cases += 1;
        if (!stream.write(`${JSON.stringify(entry.fields)}\n`))
          await new Promise<void>((resolve) => stream.once('drain', () => resolve()));
      }
      if (problems.length === MOST_PROBLEMS) break;
    }
    stream.end();
    await finished(stream);
    if (cases === 0 && problems.length === 0) problems.push({ file: from, message: 'contains no case' });
    if (problems.length > 0) throw unusable(from, problems);
    await rename(part, to);
    return cases;
  } catch (error) {
    stream.destroy();
    await rm(part, { force: true });
    throw error;
  }
};

const unusable = (file: string, problems: readonly GoldenProblem[]): TidegateError => {
  const [{ message, line, column } = { message: 'contains no case' }] = problems;
  const others = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
  return new TidegateError(
    'import-unusable',
    `${line === undefined ? 'It' : `Line ${line}`} ${message}${others}.`,
    {
      place: { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) },
      data: { problems },
    },
  );
};
