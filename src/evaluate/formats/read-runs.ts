import { basename } from 'node:path';
import type { LeftOut } from '../../core/formats/left-out.ts';
import type { PlainObject } from '../../core/formats/plain-object.ts';
import type { ImportedRun } from '../../core/formats/runs/imported-run.ts';
import { startLmEval } from '../../core/formats/runs/read-lm-eval.ts';
import { startOpenAiLog } from '../../core/formats/runs/read-openai-log.ts';
import { readPromptfooResults } from '../../core/formats/runs/read-promptfoo-results.ts';
import { goldenFile } from '../golden-file.ts';
import { parseObjectLine } from '../parse-object-line.ts';
import { textLines } from '../text-lines.ts';
import { readJsonFile } from './read-json-file.ts';
import { unusableImport } from './unusable-import.ts';

export interface ReadRuns {
  readonly runs: readonly ImportedRun[];
  readonly leftOut: readonly LeftOut[];
}

/** The runs of a file of results, held in memory. @throws `import-unusable` with the first line that cannot be read */
export const readRuns = async (
  file: string,
  format: 'promptfoo-results' | 'openai-evals-log' | 'lm-eval',
): Promise<ReadRuns> => {
  switch (format) {
    case 'promptfoo-results': {
      const read = readPromptfooResults(readJsonFile(file));
      if (!read.isRead) throw unusableImport(file, read.message);
      return read;
    }
    case 'openai-evals-log': {
      const reader = startOpenAiLog();
      await eachLine(file, reader.add);
      const { run, leftOut } = reader.finish();
      return { runs: [run], leftOut };
    }
    case 'lm-eval': {
      const reader = startLmEval();
      await eachLine(file, reader.add);
      const name = basename(file).replace(/\.jsonl$/, '');
      const { run, leftOut } = reader.finish(name, taskOf(name));
      return { runs: [run], leftOut };
    }
  }
};

/** `samples_gsm8k_2026-11-20T10-00-00` is of the task gsm8k. */
const taskOf = (name: string): string => name.replace(/^samples_/, '').replace(/_\d{4}-\d{2}-\d{2}.*$/, '');

const eachLine = async (
  file: string,
  add: (row: PlainObject, line: number) => string | null,
): Promise<void> => {
  for await (const entry of textLines(goldenFile(file))) {
    if (entry.kind === 'problem') throw unusableImport(file, entry.message, entry);
    const { line } = entry;
    const parsed = parseObjectLine(entry.text);
    if (!parsed.isObject) throw unusableImport(file, parsed.message, { line, column: parsed.column });
    const problem = add(parsed.fields, line);
    if (problem !== null) throw unusableImport(file, problem, { line });
  }
};
