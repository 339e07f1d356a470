import { TidegateError } from '../../errors.ts';

export type ReportFormat = 'text' | 'json' | 'markdown' | 'junit' | 'html';

const endings: Readonly<Record<string, ReportFormat>> = {
  '.txt': 'text',
  '.json': 'json',
  '.md': 'markdown',
  '.xml': 'junit',
  '.html': 'html',
};

/** Which report a file gets, by its ending. @throws `bad-request` for another ending */
export const reportFormat = (file: string): ReportFormat => {
  const ending = /\.[^./\\]*$/.exec(file)?.[0].toLowerCase() ?? '';
  const format = Object.hasOwn(endings, ending) ? endings[ending] : undefined;
  if (format !== undefined) return format;
  throw new TidegateError(
    'bad-request',
    `Nothing is known about reports that end in ${ending === '' ? 'nothing' : ending}: ${file}.`,
    {
      todo: `Let the file end in one of ${Object.keys(endings).join(' ')}.`,
    },
  );
};
