import { headRepeats } from '../../../core/evaluation/repeats/head-repeats.ts';
import type { PassingScore } from '../../../core/evaluation/repeats/repeat-counts.ts';
import { repeatCounts } from '../../../core/evaluation/repeats/repeat-counts.ts';
import { answerError } from '../../../core/evaluation/run/answer-error.ts';
import type {
  AnswerRecord,
  CaseRecord,
  RequirementFinding,
  RunHead,
} from '../../../core/evaluation/run/run-record.ts';
import { readRunEntries } from '../../records/read-run-file.ts';
import { figure } from '../page/figure.ts';
import { valueText } from '../value-text.ts';
import { xmlText } from '../xml-text.ts';
import { CASE_FLAGS, type CaseFlag, flagsOf, type JudgedCases } from './judge-cases.ts';
import type { RunReport } from './run-report.ts';

/** Of one text in the report; the run file has all of it. */
const MOST_CHARACTERS = 4000;

/**
 * A run as JUnit XML, a piece at a time: a suite with a test for each requirement, and one with a test for each case. A wrong case is
 * a failure; a case in error is an error; a flaky one is none of these, and has a property that says how its repeats went; an open or unfit requirement is skipped, for JUnit has no word for it.
 */
export async function* junitReport(report: RunReport): AsyncGenerator<string> {
  const { head, summary, judged, table } = report;
  const requirements = summary?.requirements ?? [];
  const suites = {
    requirements: {
      tests: requirements.length,
      failures: requirements.filter(({ verdict }) => verdict === 'fail').length,
      errors: 0,
      skipped: requirements.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'fail').length,
      time: null,
    },
    cases: {
      tests: table.size,
      ...caseTotals(judged),
      skipped: 0,
      time: sum(table.candidate.calls.latency) / 1000,
    },
  };
  const all = {
    tests: suites.requirements.tests + suites.cases.tests,
    failures: suites.requirements.failures + suites.cases.failures,
    errors: suites.cases.errors,
    skipped: suites.requirements.skipped,
    time: null,
  };
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${xmlText(head.name)}"${totals(all)}>\n`;
  yield `  <testsuite name="requirements" timestamp="${xmlText(head.startedAt.slice(0, 19))}"${totals(suites.requirements)}>\n`;
  for (const one of requirements) yield requirementTest(one);
  yield `  </testsuite>\n  <testsuite name="cases" timestamp="${xmlText(head.startedAt.slice(0, 19))}"${totals(suites.cases)}>\n`;
  if (judged.counts.flaky > 0) yield `    ${properties({ flaky: `${judged.counts.flaky}` })}\n`;
  const { by } = headRepeats(head);
  for await (const { line, offset } of readRunEntries(report.path)) {
    if (line.kind !== 'case') continue;
    const row = table.rowOfId.get(line.id);
    if (row === undefined || table.offset[row] !== offset) continue;
    yield caseTest(line, head, flagsOf(judged, row), by);
  }
  yield '  </testsuite>\n</testsuites>\n';
}

interface Totals {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  /** In seconds. */
  readonly time: number | null;
}

const totals = ({ tests, failures, errors, skipped, time }: Totals): string =>
  ` tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}"${time === null ? '' : ` time="${time.toFixed(3)}"`}`;

/** A case counts once: as an error when a repeat had one, else as a failure when it is wrong. */
const caseTotals = ({ flags }: JudgedCases): { readonly failures: number; readonly errors: number } => {
  const [wrong, error] = (['wrong', 'error'] as const).map((flag) => 1 << CASE_FLAGS.indexOf(flag));
  let failures = 0;
  let errors = 0;
  for (const bits of flags) {
    if ((bits & error!) !== 0) errors += 1;
    else if ((bits & wrong!) !== 0) failures += 1;
  }
  return { failures, errors };
};

const sum = (values: readonly number[]): number =>
  values.reduce((total, one) => (Number.isNaN(one) ? total : total + one), 0);

const requirementTest = ({ requirement, verdict, detail }: RequirementFinding): string => {
  const message = xmlText(`${verdict}: ${detail}`);
  const inside = {
    pass: '',
    fail: `<failure type="requirement" message="${message}"/>`,
    inconclusive: `<skipped message="${message}"/>`,
    'not-applicable': `<skipped message="${message}"/>`,
  }[verdict];
  return `    <testcase classname="requirements" name="${xmlText(requirement)}">${inside}</testcase>\n`;
};

const properties = (of: Readonly<Record<string, string>>): string =>
  `<properties>${Object.entries(of)
    .map(([name, value]) => `<property name="${xmlText(name)}" value="${xmlText(value)}"/>`)
    .join('')}</properties>`;

const flakyProperty = (answers: readonly AnswerRecord[], by: readonly PassingScore[]): string => {
  const { passed, failed } = repeatCounts(answers, by);
  return properties({ flaky: `${passed} of ${passed + failed} repeats passed` });
};

const caseTest = (
  record: CaseRecord,
  head: RunHead,
  flags: readonly CaseFlag[],
  by: readonly PassingScore[],
): string => {
  const answers = record.candidate;
  const seconds = sum(answers.map(({ latencyMs }) => latencyMs)) / 1000;
  const opened =
    `    <testcase classname="cases" name="${xmlText(record.id)}" time="${seconds.toFixed(3)}">` +
    (flags.includes('flaky') ? flakyProperty(answers, by) : '');
  const error = answers.map(answerError).find((found) => found !== null);
  if (error !== undefined && error !== null)
    return `${opened}<error type="${xmlText(error.reason)}" message="${text(error.detail)}"/></testcase>\n`;
  if (!flags.includes('wrong')) return `${opened}</testcase>\n`;
  const first = answers.find((answer) => answer.kind === 'answer');
  const body = [
    ['input', record.input],
    ['expected', record.expected],
    ['answer', first?.output],
  ]
    .map(([what, value]) => `${what}: ${cut(valueText(value))}`)
    .join('\n');
  const message = xmlText(first === undefined ? 'wrong' : scoresText(first, head));
  return `${opened}<failure type="wrong" message="${message}">${xmlText(body)}</failure></testcase>\n`;
};

const scoresText = (
  { scores, reasons }: Extract<AnswerRecord, { kind: 'answer' }>,
  { metrics }: RunHead,
): string =>
  metrics
    .filter(({ name }) => Object.hasOwn(scores, name) && scores[name] !== null)
    .map(({ name, unit }) => {
      const reason = Object.hasOwn(reasons, name) ? ` (${cut(reasons[name]!)})` : '';
      return `${name} ${figure(unit, scores[name]!)}${reason}`;
    })
    .join(', ');

const text = (value: string): string => xmlText(cut(value));

const cut = (value: string): string =>
  value.length <= MOST_CHARACTERS
    ? value
    : `${value.slice(0, MOST_CHARACTERS)}… (${value.length - MOST_CHARACTERS} more characters)`;
