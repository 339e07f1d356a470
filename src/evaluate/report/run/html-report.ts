import type { MetricFinding, RequirementFinding } from '../../../core/evaluation/run/run-record.ts';
import { chooseCases, PAGE_LIMITS, type PageLimits } from '../html/choose-cases.ts';
import { htmlPage } from '../html/html-page.ts';
import { pageCase } from '../html/page-case.ts';
import { count } from '../page/figure.ts';
import type { PageData, PageMetric, PageRequirement, Tone } from '../page/page-data.ts';
import { oneLine } from '../visible-text.ts';
import { confusionTable } from './confusion-table.ts';
import { CASE_FLAGS, type CaseFlag, flagsOf } from './judge-cases.ts';
import { loadCases } from './load-cases.ts';
import { metricName, unitOf } from './metric-rows.ts';
import { flagFacts, type RunVerdict, runFacts, runNotes, runRemarks, verdictOf } from './run-facts.ts';
import type { RunReport } from './run-report.ts';

/** A run as a page in one file. Large runs have an excerpt of their cases in it (`PAGE_LIMITS`), and the page says so. */
export const htmlReport = async (report: RunReport, limits: PageLimits = PAGE_LIMITS): Promise<string> =>
  htmlPage(await runPage(report, limits));

const runPage = async (report: RunReport, limits: PageLimits): Promise<PageData> => {
  const { head, summary, judged, table } = report;
  const { rows, excerpt } = chooseCases(
    table,
    judged.worstFirst,
    judged.flags,
    CASE_FLAGS.length,
    head.id,
    limits,
  );
  const cases = await loadCases(report.path, table, rows, (record, row) =>
    pageCase(record, head.metrics, flagsOf(judged, row), table.tags[row]!),
  );
  return {
    kind: 'Tidegate evaluation',
    title: oneLine(head.name, 200),
    subtitle: subtitle(report),
    badge: badges[verdictOf(report)],
    facts: runFacts(report),
    remarks: runRemarks(report),
    notes: runNotes(report),
    requirements: (summary?.requirements ?? []).map(pageRequirement),
    metrics: (summary?.metrics ?? []).map((finding) => pageMetric(finding, report)),
    confusions: (summary?.confusion ?? []).map(confusionTable),
    sides: {
      candidate: `${oneLine(head.candidate.label, 80)} (candidate)`,
      baseline: head.baseline === null ? null : `${oneLine(head.baseline.label, 80)} (baseline)`,
    },
    headings: { candidate: 'Value', baseline: 'Baseline' },
    flags: flagFacts(judged, head.baseline !== null).map(({ flag, words, cases: of }) => ({
      key: flag,
      words,
      cases: of,
      tone: tones[flag],
    })),
    tags: table.tagNames.map((tag) => oneLine(tag, 100)),
    scores: head.metrics.map(({ name, unit }) => ({ name: oneLine(name, 100), unit })),
    cases,
    allCases: table.size,
    excerpt,
  };
};

const badges: Readonly<Record<RunVerdict, PageData['badge']>> = {
  pass: { tone: 'good', icon: '✔', words: 'pass' },
  fail: { tone: 'bad', icon: '✘', words: 'fail' },
  inconclusive: { tone: 'warn', icon: '?', words: 'inconclusive' },
  unfinished: { tone: 'quiet', icon: '…', words: 'unfinished' },
};

const tones: Readonly<Record<CaseFlag, Tone>> = {
  worse: 'bad',
  wrong: 'bad',
  error: 'warn',
  flaky: 'warn',
  better: 'good',
};

const subtitle = ({ summary, table }: RunReport): string => {
  const requirements = summary?.requirements ?? [];
  const of = (verdict: RequirementFinding['verdict']): number =>
    requirements.filter((one) => one.verdict === verdict).length;
  const parts = [
    ...(of('fail') > 0 ? [`${of('fail')} fail`] : []),
    ...(of('inconclusive') > 0 ? [`${of('inconclusive')} open`] : []),
    ...(of('pass') > 0 ? [`${of('pass')} hold`] : []),
  ];
  const cases = `${count(table.size)} ${table.size === 1 ? 'case' : 'cases'}.`;
  return requirements.length === 0
    ? `Nothing was required. ${cases}`
    : `Of ${requirements.length === 1 ? '1 requirement' : `${count(requirements.length)} requirements`}, ${parts.join(', ')}. ${cases}`;
};

const pageRequirement = ({
  requirement,
  verdict,
  detail,
  found,
  held,
}: RequirementFinding): PageRequirement => ({
  text: oneLine(requirement, 300),
  verdict,
  detail: oneLine(detail, 500),
  chart:
    found === null || held === undefined
      ? null
      : {
          unit: held.unit,
          as: held.about === 'difference' ? 'difference' : 'value',
          found,
          limit: held.limit,
        },
});

const pageMetric = (finding: MetricFinding, { head }: RunReport): PageMetric => ({
  name: metricName(finding, 100),
  unit: unitOf(head.metrics, finding.metric),
  better: head.metrics.find(({ name }) => name === finding.metric)?.better ?? 'lower',
  slice: finding.slice === null ? null : oneLine(finding.slice, 100),
  n: finding.n,
  candidate: pageValue(finding, 'candidate'),
  baseline: pageValue(finding, 'baseline'),
  difference: pageValue(finding, 'difference'),
  note: oneLine(finding.method, 200),
});

/** Without its limits where they are not known. */
const pageValue = (
  finding: MetricFinding,
  side: 'candidate' | 'baseline' | 'difference',
): PageMetric['candidate'] => {
  const value = finding.values?.[side];
  return finding[side] ?? (value === undefined ? null : { value });
};
