import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { loadDataSchema } from '../../config/load-data-schema.ts';
import type { DataReport } from '../../core/data-schema/data-finding.ts';
import { checkDataFile } from '../../data/check-data-file.ts';
import { dataSentence } from '../../data/data-sentence.ts';
import { inferDataSchema } from '../../data/infer-data-schema.ts';
import { writeDataSchema } from '../../data/write-data-schema.ts';
import { TidegateError } from '../../errors.ts';
import type { CommandGroup, CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { plainText } from '../render/plain-text.ts';

const check: CommandSpec = {
  name: 'check',
  summary: 'hold a CSV, JSON lines or Parquet file to a schema',
  details:
    'Exits with 0 when the data keeps to the schema, with 3 when it does not. Each finding names the first offending rows.',
  arguments: [{ name: '<file>', summary: 'the data; by its ending .csv, .tsv, .parquet, else JSON lines' }],
  options: [
    { flags: '--schema <path>', summary: 'what the rows must be like (default: data-schema.yaml)' },
    {
      flags: '--rows <n>',
      summary: 'how many offending rows each finding names (default: 5)',
      parse: readCount,
    },
  ],
  uses: ['output'],
  examples: ['tidegate data check train.csv --schema data-schema.yaml'],
  async run({ io, arguments: [file], options, show }) {
    const schemaFile = typeof options.schema === 'string' ? options.schema : 'data-schema.yaml';
    const schema = loadDataSchema(resolve(io.cwd, schemaFile));
    const mostCells = typeof options.rows === 'number' ? options.rows : 5;
    const report = await checkDataFile(resolve(io.cwd, file!), schema, { nowMs: io.nowMs(), mostCells });
    show({ file, schema: schemaFile, ...report }, () => textOf(file!, report));
    return report.isSound ? exitCode.good : exitCode.negative;
  },
};

const infer: CommandSpec = {
  name: 'infer',
  summary: 'write a schema that a file satisfies, to start from',
  details: 'Read it before you use it: it knows what was there, and not what should be.',
  arguments: [{ name: '<file>', summary: 'the data; by its ending .csv, .tsv, .parquet, else JSON lines' }],
  uses: ['output'],
  examples: ['tidegate data infer train.csv > data-schema.yaml'],
  async run({ io, arguments: [file], show }) {
    const written = writeDataSchema(await inferDataSchema(resolve(io.cwd, file!)));
    show(written, () => stringify(written).trimEnd());
    return exitCode.good;
  },
};

export const data: CommandGroup = {
  name: 'data',
  summary: 'hold data to a schema before it is used: check, infer',
  details: 'Checks training and evaluation data. Needs no control plane.',
  commands: [check, infer],
};

function readCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0 && count <= 1000) return count;
  throw new TidegateError('bad-request', `--rows takes a whole number from 0 to 1000, and not ${text}.`);
}

/** A line for each finding and one for each of its rows. */
const textOf = (file: string, { rows, isSound, findings }: DataReport): string => {
  const size = rows === 1 ? '1 row' : `${rows} rows`;
  if (isSound) return `✔ sound   ${file} (${size})`;
  const lines = findings.flatMap((finding) => [
    `  ${plainText(dataSentence(finding))}`,
    ...finding.cells.map(({ line, value, firstLine }) => {
      const first = firstLine === null ? '' : `  (first in line ${firstLine})`;
      return `    line ${line}  ${plainText(value)}${first}`;
    }),
    ...(finding.cells.length > 0 && finding.count > finding.cells.length
      ? [`    and ${finding.count - finding.cells.length} more`]
      : []),
  ]);
  return [`✘ faulty  ${file} (${size})`, ...lines].join('\n');
};
