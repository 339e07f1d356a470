import { readRunEntries } from '../../records/read-run-file.ts';
import { type CaseFlag, flagsOf } from './judge-cases.ts';
import { verdictOf } from './run-facts.ts';
import type { RunReport } from './run-report.ts';

/** What the JSON of a run says of all of it; the file has every case besides, each with its flags. */
export const jsonSummary = (report: RunReport) => {
  const { head, summary, judged, table } = report;
  const { kind: _run, schema, ...run } = head;
  return {
    schema,
    verdict: verdictOf(report),
    run,
    summary: summary === null ? null : withoutKind(summary),
    recorded: table.size,
    flags: judged.counts,
  };
};

const withoutKind = <T extends { readonly kind: string }>({ kind: _kind, ...rest }: T): Omit<T, 'kind'> =>
  rest;

/** A run as one JSON object, a piece at a time: the summary first, then `cases` in the order of the file. */
export async function* jsonReport(report: RunReport): AsyncGenerator<string> {
  const opened = JSON.stringify(jsonSummary(report), null, 2).slice(0, -2);
  yield `${opened},\n  "cases": [`;
  let isFirst = true;
  for await (const { line, offset } of readRunEntries(report.path)) {
    if (line.kind !== 'case') continue;
    const row = report.table.rowOfId.get(line.id);
    // An earlier record of a case that was asked again.
    if (row === undefined || report.table.offset[row] !== offset) continue;
    const flags: readonly CaseFlag[] = flagsOf(report.judged, row);
    yield `${isFirst ? '' : ','}\n    ${JSON.stringify({ ...withoutKind(line), flags })}`;
    isFirst = false;
  }
  yield '\n  ]\n}\n';
}
