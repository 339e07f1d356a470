import { evaluationsDirectory, needRun } from '../../evaluate/records/find-run.ts';
import { reportFormat } from '../../evaluate/report/report-format.ts';
import { reportRun } from '../../evaluate/report/run/run-report.ts';
import { textReport } from '../../evaluate/report/run/text-report.ts';
import { renderRun, writeRunReports } from '../../evaluate/report/run/write-run-reports.ts';
import type { CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { reportOutput, reportOutputs } from '../report-outputs.ts';

export const evalReport: CommandSpec = {
  name: 'report',
  summary: 'show an evaluation, or write it as HTML, Markdown, JSON or JUnit',
  details:
    'A run is named by its id, the beginning of its id, or its file; without one it is the newest here. A run that was interrupted can be shown as far as it got.',
  examples: [
    'tidegate eval report',
    'tidegate eval report 20261121 -o report.html -o junit.xml',
    'tidegate eval report -o json',
  ],
  arguments: [{ name: '[run]', summary: 'which (default: the newest)' }],
  options: [reportOutput('.html .md .json .xml .txt')],
  async run(context) {
    const {
      io,
      arguments: [named],
      palette,
      say,
    } = context;
    const { printed, files } = reportOutputs(context);
    for (const file of files) reportFormat(file);
    const report = await reportRun(needRun(evaluationsDirectory(io.cwd), named, io.cwd));
    await writeRunReports(report, files);
    if (printed === 'table') io.out(`${textReport(report, { columns: io.columns, paint: palette })}\n`);
    else for await (const piece of await renderRun(report, printed)) io.out(piece);
    for (const file of files) say(`Written: ${file}`);
    return exitCode.good;
  },
};
