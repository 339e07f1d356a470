import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { ImportFormat } from '../../core/formats/detect-format.ts';
import { detectFormat, IMPORT_FORMATS } from '../../core/formats/detect-format.ts';
import type { LeftOut } from '../../core/formats/left-out.ts';
import { readDataRow } from '../../core/formats/read-data-row.ts';
import { readOpenAiSample } from '../../core/formats/read-openai-sample.ts';
import { TidegateError } from '../../errors.ts';
import { firstLines } from '../../evaluate/formats/first-lines.ts';
import { importQrels } from '../../evaluate/formats/import-qrels.ts';
import { importRows } from '../../evaluate/formats/import-rows.ts';
import type { GoldenLine } from '../../evaluate/formats/write-golden.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { importGoldenFile } from '../import-golden-file.ts';
import { importPromptfoo } from '../import-promptfoo.ts';
import { importRuns } from '../import-runs.ts';
import { leftOutLines } from '../render/left-out-lines.ts';

export const evalImport: CommandSpec = {
  name: 'import',
  summary: 'make a golden set, an evaluation or a run of a file that another program wrote',
  details:
    'What a file is, is told from its name and its first lines. A promptfoo configuration becomes tidegate-eval.yaml and golden.jsonl; samples of OpenAI’s evals, rows of a data set and TREC judgements become a golden set; ' +
    'results of promptfoo, OpenAI’s evals, lm-eval and TREC runs become runs, which `eval diff` compares. Nothing is asked. Whatever has no counterpart here is named.',
  examples: [
    'tidegate eval import promptfooconfig.yaml',
    'tidegate eval import samples.jsonl --to golden.jsonl',
    'tidegate eval import faq.jsonl --fields input=question,expected=reply',
    'tidegate eval import samples_gsm8k_2026-11-20.jsonl --label model-b',
    'tidegate eval import bm25.run --qrels qrels.txt',
  ],
  arguments: [{ name: '<file>', summary: 'what to import' }],
  options: [
    { flags: '--as <format>', summary: 'what the file is', choices: IMPORT_FORMATS },
    { flags: '--to <path>', summary: 'where the golden set goes (default: ./golden.jsonl)' },
    { flags: '--fields <names>', summary: 'which fields of a row are what: id=…,input=…,expected=…' },
    { flags: '--target <url>', summary: 'who is asked, where no provider of a promptfoo file can be' },
    { flags: '--topics <file>', summary: 'the texts of TREC topics: number, tab, text' },
    { flags: '--qrels <file>', summary: 'the judgements that a TREC run is scored by' },
    { flags: '--label <name>', summary: 'how reports call what was measured' },
    { flags: '--force', summary: 'write over files that are there' },
  ],
  uses: ['output'],
  async run(context) {
    const { io, arguments: given, options } = context;
    const file = resolve(io.cwd, given[0] ?? '');
    if (!existsSync(file) || !statSync(file).isFile())
      throw new TidegateError('import-unusable', `There is no file ${given[0]}.`, { place: { file } });
    const format = await formatOf(file, options.as);
    const { leftOut, shown, lines } = await imported(context, file, format);
    context.show({ format, ...shown, leftOut }, () =>
      [...lines, ...leftOutLines(leftOut, context.palette)].join('\n'),
    );
    return exitCode.good;
  },
};

/** What an import came to: for programs, and as lines for people. */
export interface ImportOutcome {
  readonly leftOut: readonly LeftOut[];
  readonly shown: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
}

const imported = (context: CommandContext, file: string, format: ImportFormat): Promise<ImportOutcome> => {
  const { options } = context;
  const golden = (lines: AsyncIterable<GoldenLine>) => importGoldenFile(context, file, lines);
  switch (format) {
    case 'promptfoo':
      return importPromptfoo(context, file);
    case 'openai-evals':
      return golden(importRows(file, readOpenAiSample));
    case 'rows': {
      const fields = fieldsOf(options.fields);
      return golden(importRows(file, (row) => readDataRow(row, fields)));
    }
    case 'trec-qrels': {
      const topics = typeof options.topics === 'string' ? resolve(context.io.cwd, options.topics) : null;
      return golden(importQrels(file, topics)).then((outcome) =>
        topics !== null
          ? outcome
          : {
              ...outcome,
              leftOut: [
                {
                  what: 'the texts of the topics',
                  why: 'a case asks the number of its topic; name them with --topics',
                  where: null,
                },
              ],
            },
      );
    }
    default:
      return importRuns(context, file, format);
  }
};

const formatOf = async (file: string, named: unknown): Promise<ImportFormat> => {
  const known = IMPORT_FORMATS.find((format) => format === named);
  const found = known ?? detectFormat(basename(file), await firstLines(file));
  if (found !== null) return found;
  throw new TidegateError('import-unusable', `Nothing in ${basename(file)} tells what it is.`, {
    place: { file },
    todo: `Say it with --as: ${IMPORT_FORMATS.join(', ')}.`,
  });
};

const fieldsOf = (text: unknown) => {
  const fields: Record<string, string> = {};
  for (const pair of typeof text === 'string' ? text.split(',') : []) {
    const [name = '', field = ''] = pair.split('=').map((part) => part.trim());
    if (!['id', 'input', 'expected'].includes(name) || field === '')
      throw new TidegateError('bad-request', `--fields cannot read ${JSON.stringify(pair)}.`, {
        todo: 'Write it as --fields input=question,expected=answer; id may be named too.',
      });
    fields[name] = field;
  }
  return fields;
};
