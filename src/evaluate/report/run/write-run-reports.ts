import { type ReportFormat, reportFormat } from '../report-format.ts';
import { writeReportFile } from '../write-report-file.ts';
import { htmlReport } from './html-report.ts';
import { jsonReport } from './json-report.ts';
import { junitReport } from './junit-report.ts';
import { markdownReport } from './markdown-report.ts';
import type { RunReport } from './run-report.ts';
import { textReport } from './text-report.ts';

/** Writes a run into files, each in the format that its ending says. @throws `bad-request` before anything is written */
export const writeRunReports = async (report: RunReport, files: readonly string[]): Promise<void> => {
  const formats = files.map(reportFormat);
  for (const [i, file] of files.entries()) await writeReportFile(file, await renderRun(report, formats[i]!));
};

/** A run in one format, in pieces. */
export const renderRun = async (
  report: RunReport,
  format: ReportFormat,
): Promise<Iterable<string> | AsyncIterable<string>> => {
  switch (format) {
    case 'text':
      return [`${textReport(report)}\n`];
    case 'json':
      return jsonReport(report);
    case 'markdown':
      return [markdownReport(report)];
    case 'junit':
      return junitReport(report);
    case 'html':
      return [await htmlReport(report)];
  }
};
