import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { EVALUATION_DEFAULTS } from '../config/defaults.ts';
import { TidegateError } from '../errors.ts';
import type { GoldenLine } from '../evaluate/formats/write-golden.ts';
import { writeGolden } from '../evaluate/formats/write-golden.ts';
import { scanGolden } from '../evaluate/golden/scan-golden.ts';
import type { CommandContext } from './command.ts';
import type { ImportOutcome } from './commands/eval-import.ts';

/** Writes a golden set, reads it once more as an evaluation would, and says what is in it. */
export const importGoldenFile = async (
  { io, options, palette, say }: CommandContext,
  from: string,
  lines: AsyncIterable<GoldenLine> | Iterable<GoldenLine>,
  to = typeof options.to === 'string' ? options.to : 'golden.jsonl',
): Promise<ImportOutcome> => {
  const path = resolve(io.cwd, to);
  refuseOverwriting(path, io.cwd, options.force === true);
  const cases = await writeGolden(from, path, lines).catch((error: unknown) => {
    for (const line of furtherProblems(error)) say(line);
    throw error;
  });
  const { digest, withExpected, findings } = await scanGolden(path, {
    fields: EVALUATION_DEFAULTS.fields,
    limit: null,
  });
  for (const { line, id, message } of findings)
    say(`${palette.warn('!')} line ${line}: the case ${JSON.stringify(id)} ${message}`);
  const name = relative(io.cwd, path);
  return {
    leftOut: [],
    shown: { golden: name, cases, withExpected, digest },
    lines: [`${palette.good('✔')} ${name}: ${cases} cases, ${withExpected} of them say what is expected`],
  };
};

/** @throws `bad-request` where a file is there already */
export const refuseOverwriting = (path: string, cwd: string, isForced: boolean): void => {
  if (isForced || !existsSync(path)) return;
  throw new TidegateError('bad-request', `${relative(cwd, path)} is there already.`, {
    todo: 'Name another place with --to, or write over it with --force.',
  });
};

/** The problems after the first, which the error itself names. */
const furtherProblems = (error: unknown): string[] => {
  const problems = error instanceof TidegateError ? error.data?.problems : undefined;
  if (!Array.isArray(problems)) return [];
  return (problems as { line?: number; column?: number; message: string }[])
    .slice(1)
    .map(
      ({ line, column, message }) =>
        `${[line, column].filter((at) => at !== undefined).join(':')}: ${message}`,
    );
};
