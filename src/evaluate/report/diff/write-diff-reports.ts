import { TidegateError } from '../../../errors.ts';
import { type ReportFormat, reportFormat } from '../report-format.ts';
import { writeReportFile } from '../write-report-file.ts';
import type { RunDiff } from './compare-runs.ts';
import { htmlDiff } from './html-diff.ts';
import { jsonDiff } from './json-diff.ts';
import { markdownDiff } from './markdown-diff.ts';
import { textDiff } from './text-diff.ts';

export type DiffFormat = Exclude<ReportFormat, 'junit'>;

/** As `reportFormat`; two runs have no JUnit, for a difference is neither passed nor failed. @throws `bad-request` */
export const diffFormat = (file: string): DiffFormat => {
  const format = reportFormat(file);
  if (format !== 'junit') return format;
  throw new TidegateError('bad-request', 'A difference of two runs cannot be written as JUnit XML.', {
    todo: 'Let the file end in .html, .md, .json or .txt; `tidegate eval report` writes JUnit of one run.',
  });
};

/** Writes two runs into files, each in the format that its ending says. @throws `bad-request` before anything is written */
export const writeDiffReports = async (diff: RunDiff, files: readonly string[]): Promise<void> => {
  const formats = files.map(diffFormat);
  for (const [i, file] of files.entries()) await writeReportFile(file, [await renderDiff(diff, formats[i]!)]);
};

export const renderDiff = async (diff: RunDiff, format: DiffFormat): Promise<string> => {
  switch (format) {
    case 'text':
      return `${await textDiff(diff)}\n`;
    case 'json':
      return `${JSON.stringify(jsonDiff(diff), null, 2)}\n`;
    case 'markdown':
      return markdownDiff(diff);
    case 'html':
      return htmlDiff(diff);
  }
};
