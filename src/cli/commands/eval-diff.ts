import { evaluationsDirectory, needRun } from '../../evaluate/records/find-run.ts';
import { compareRuns } from '../../evaluate/report/diff/compare-runs.ts';
import { textDiff } from '../../evaluate/report/diff/text-diff.ts';
import { diffFormat, renderDiff, writeDiffReports } from '../../evaluate/report/diff/write-diff-reports.ts';
import { indexRun } from '../../evaluate/report/run/index-run.ts';
import type { CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { reportOutput, reportOutputs } from '../report-outputs.ts';

export const evalDiff: CommandSpec = {
  name: 'diff',
  summary: 'compare two evaluations case by case: what broke, what was fixed',
  details:
    'Compares the candidate of run B with the candidate of run A on the cases that both asked alike. A run is named by its id, the beginning of its id, or its file. ' +
    'Metrics that were worked out differently are not compared. The exit code is 0 whatever the difference: a verdict belongs to `eval run --baseline`.',
  examples: [
    'tidegate eval diff 20261120 20261121',
    'tidegate eval diff before.jsonl after.jsonl -o diff.html -o json',
  ],
  arguments: [
    { name: '<a>', summary: 'the run before' },
    { name: '<b>', summary: 'the run after' },
  ],
  options: [reportOutput('.html .md .json .txt')],
  async run(context) {
    const {
      io,
      arguments: [nameA, nameB],
      palette,
      say,
    } = context;
    const { printed, files } = reportOutputs(context);
    for (const file of files) diffFormat(file);
    const directory = evaluationsDirectory(io.cwd);
    const [pathA, pathB] = [needRun(directory, nameA, io.cwd), needRun(directory, nameB, io.cwd)];
    const diff = compareRuns(await indexRun(pathA), await indexRun(pathB));
    await writeDiffReports(diff, files);
    const table = async () => `${await textDiff(diff, { columns: io.columns, paint: palette })}\n`;
    io.out(printed === 'table' ? await table() : await renderDiff(diff, printed));
    for (const file of files) say(`Written: ${file}`);
    return exitCode.good;
  },
};
