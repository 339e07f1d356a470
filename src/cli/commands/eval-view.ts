import { dirname, join } from 'node:path';
import { evaluationsDirectory, needRun } from '../../evaluate/records/find-run.ts';
import { htmlReport } from '../../evaluate/report/run/html-report.ts';
import { reportRun } from '../../evaluate/report/run/run-report.ts';
import { writeReportFile } from '../../evaluate/report/write-report-file.ts';
import type { CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { openInBrowser } from '../open-in-browser.ts';

export const evalView: CommandSpec = {
  name: 'view',
  summary: 'open an evaluation as a page in the browser',
  details:
    'Writes the page to .tidegate/views, readable by you alone, and opens it. It is one file that needs no network.',
  examples: ['tidegate eval view', 'tidegate eval view 20261121 --no-open'],
  arguments: [{ name: '[run]', summary: 'which (default: the newest)' }],
  options: [{ flags: '--no-open', summary: 'only write the page and print its path' }],
  async run({ io, arguments: [named], options, say }) {
    const directory = evaluationsDirectory(io.cwd);
    const report = await reportRun(needRun(directory, named, io.cwd));
    // The id comes from a file and becomes a name; what is no id must not lead elsewhere.
    const name = report.head.id.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 80);
    const file = join(dirname(directory), 'views', `${name}.html`);
    await writeReportFile(file, [await htmlReport(report)], 0o600);
    io.out(`${file}\n`);
    if (options.open === false) return exitCode.good;
    const opened = await openInBrowser(file, io);
    if (!opened) say('No browser could be opened here; open the file yourself.');
    return exitCode.good;
  },
};
