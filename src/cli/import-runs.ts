import { relative, resolve } from 'node:path';
import type { ImportFormat } from '../core/formats/detect-format.ts';
import { TidegateError } from '../errors.ts';
import { readRuns } from '../evaluate/formats/read-runs.ts';
import { readTrecRun } from '../evaluate/formats/read-trec-run.ts';
import { writeImportedRun } from '../evaluate/formats/write-imported-run.ts';
import { evaluationsDirectory } from '../evaluate/records/find-run.ts';
import type { CommandContext } from './command.ts';
import type { ImportOutcome } from './commands/eval-import.ts';
import { newRunId } from './new-run-id.ts';

type RunFormat = Extract<ImportFormat, 'promptfoo-results' | 'openai-evals-log' | 'lm-eval' | 'trec-run'>;

/** Keeps the results of another program as runs, where those of `tidegate eval run` are. */
export const importRuns = async (
  { io, options, palette }: CommandContext,
  file: string,
  format: RunFormat,
): Promise<ImportOutcome> => {
  const directory = evaluationsDirectory(io.cwd);
  const at = (option: unknown): string | null =>
    typeof option === 'string' ? resolve(io.cwd, option) : null;
  const { runs, leftOut, measured } =
    format === 'trec-run'
      ? await ofTrec(file, at(options.qrels), at(options.topics))
      : { ...(await readRuns(file, format)), measured: undefined };
  const written = [];
  for (const run of runs) {
    const named =
      typeof options.label === 'string' ? labelled(options.label, run.label, runs.length) : run.label;
    const nowMs = io.nowMs();
    written.push(
      await writeImportedRun(
        { ...run, label: named },
        {
          id: newRunId(nowMs),
          directory,
          from: file,
          nowMs,
          ...(measured === undefined ? {} : { measured }),
        },
      ),
    );
  }
  const [first, second] = written;
  const [before, after] = second === undefined ? ['…', first?.id] : [first?.id, second.id];
  return {
    leftOut,
    shown: { runs: written.map(({ path, ...run }) => ({ ...run, file: relative(io.cwd, path) })) },
    lines: [
      ...written.map(
        ({ id, label, cases, metrics }) =>
          `${palette.good('✔')} ${id}  ${label}: ${cases} cases, ${metrics.join(', ')}`,
      ),
      `Next: tidegate eval diff ${before} ${after}`,
    ],
  };
};

const labelled = (given: string, found: string, count: number): string =>
  count === 1 ? given : `${given} (${found})`;

const ofTrec = async (file: string, qrels: string | null, topics: string | null) => {
  if (qrels === null)
    throw new TidegateError('import-unusable', 'A TREC run is scored by judgements, and none are named.', {
      place: { file },
      todo: 'Name them with --qrels.',
    });
  const { run, ...rest } = await readTrecRun(file, qrels, topics);
  return { runs: [run], ...rest };
};
