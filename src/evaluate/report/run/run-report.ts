import type { AnswerRecord, CaseRecord } from '../../../core/evaluation/run/run-record.ts';
import { type TellingMetric, tellingAnswer } from '../telling-answer.ts';
import { valueGist, valueLine } from '../value-text.ts';
import { visibleText } from '../visible-text.ts';
import { indexRun, type RunIndex } from './index-run.ts';
import { type CaseFlag, flagsOf, type JudgedCases, judgeCases } from './judge-cases.ts';
import { loadCases } from './load-cases.ts';

/** A run as the renderers show it. */
export interface RunReport extends RunIndex {
  readonly judged: JudgedCases;
  /** The worst of those that have something against them. */
  readonly worst: readonly WorstCase[];
}

/** One case in short; texts are cut. */
export interface WorstCase {
  readonly id: string;
  readonly flags: readonly CaseFlag[];
  readonly input: string;
  readonly expected: string;
  readonly candidate: string;
  /** Why scorers of the candidate's answer gave what they gave, a line for each; empty where none says so. */
  readonly reasons: readonly string[];
  /** Null without a baseline. */
  readonly baseline: string | null;
}

export const WORST_SHOWN = 20;

/** @throws `not-found`, `run-file-broken` */
export const reportRun = async (path: string): Promise<RunReport> => {
  const run = await indexRun(path);
  const judged = judgeCases(run.head.metrics, run.table);
  const rows = [...judged.worstFirst.subarray(0, WORST_SHOWN)].filter((row) =>
    flagsOf(judged, row).some((flag) => flag !== 'better'),
  );
  const deciding = judged.deciding.map((place) => run.head.metrics[place]!);
  const worst = await loadCases(path, run.table, rows, (record, row) =>
    inShort(record, flagsOf(judged, row), deciding),
  );
  return { ...run, judged, worst };
};

const MOST_CHARACTERS = 600;

const inShort = (
  record: CaseRecord,
  flags: readonly CaseFlag[],
  deciding: readonly TellingMetric[],
): WorstCase => {
  const candidate = tellingAnswer(record.candidate, deciding, 'worst');
  return {
    id: record.id,
    flags,
    input: short(valueGist(record.input)),
    expected: short(valueLine(record.expected)),
    candidate: answerInShort(candidate),
    reasons: reasonsOf(candidate),
    baseline:
      record.baseline.length === 0 ? null : answerInShort(tellingAnswer(record.baseline, deciding, 'best')),
  };
};

const reasonsOf = (answer: AnswerRecord | undefined): string[] =>
  answer?.kind === 'answer'
    ? [
        ...Object.entries(answer.failures ?? {}).map(([metric, { detail }]) =>
          short(`${metric}: no score, for ${detail}`),
        ),
        ...Object.entries(answer.reasons).map(([metric, reason]) => short(`${metric}: ${reason}`)),
      ]
    : [];

const answerInShort = (answer: AnswerRecord | undefined): string => {
  if (answer === undefined) return '';
  return answer.kind === 'answer'
    ? short(valueLine(answer.output))
    : short(`error ${answer.reason}: ${answer.detail}`);
};

const short = (text: string): string =>
  visibleText(text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text);
