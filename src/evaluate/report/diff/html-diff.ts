import type { CaseRecord } from '../../../core/evaluation/run/run-record.ts';
import { chooseCases, PAGE_LIMITS, type PageLimits } from '../html/choose-cases.ts';
import { htmlPage } from '../html/html-page.ts';
import { pageCase } from '../html/page-case.ts';
import { count, pValue } from '../page/figure.ts';
import type { PageCase, PageData, PageMetric, Tone } from '../page/page-data.ts';
import { oneLine } from '../visible-text.ts';
import { type DiffMetric, type DiffVerdict, type RunDiff, standingOf } from './compare-runs.ts';
import { type ChangedCase, loadChanges } from './diff-cases.ts';
import {
  changeWords,
  diffFacts,
  diffNotes,
  diffReasons,
  diffVerdictWords,
  diffWarnings,
} from './diff-facts.ts';
import { CASE_CHANGES, type CaseChange } from './pair-cases.ts';

/** Two runs as a page in one file: run A stands where the baseline would, run B where the candidate would. */
export const htmlDiff = async (diff: RunDiff, limits: PageLimits = PAGE_LIMITS): Promise<string> => {
  const { a, b, pairs } = diff;
  const bytes = Array.from({ length: pairs.size }, (_, row) => {
    const inA = pairs.a[row] === -1 ? 0 : a.table.bytes[pairs.a[row]!]!;
    return inA + (pairs.b[row] === -1 ? 0 : b.table.bytes[pairs.b[row]!]!);
  });
  // Cases that did not change are only there as a sample.
  const bits = pairs.change.map((change) => (change === CASE_CHANGES.indexOf('same') ? 0 : 1 << change));
  const { rows, excerpt } = chooseCases(
    { size: pairs.size, bytes },
    pairs.ordered,
    bits,
    CASE_CHANGES.length,
    `${a.head.id} ${b.head.id}`,
    limits,
  );
  const metrics = b.head.metrics.filter(({ name }) => a.head.metrics.some((one) => one.name === name));
  const tagPlace = new Map(b.table.tagNames.map((tag, place) => [tag, place]));
  const made = await loadChanges(diff, rows, (record: CaseRecord) =>
    pageCase(
      { ...record, baseline: [] },
      metrics,
      [],
      record.tags.flatMap((tag) => tagPlace.get(tag) ?? []),
    ),
  );
  return htmlPage({
    kind: 'Tidegate evaluations A and B',
    title: `${label(diff, 'a')} → ${label(diff, 'b')}`,
    subtitle: `${diffReasons(diff)}.`,
    badge: badges[diff.verdict],
    facts: diffFacts(diff),
    remarks: diffWarnings(diff),
    notes: diffNotes(diff),
    requirements: [],
    metrics: [...diff.metrics, ...diff.slices].map(pageMetric),
    sides: { candidate: `B: ${label(diff, 'b')}`, baseline: `A: ${label(diff, 'a')}` },
    headings: { candidate: 'B', baseline: 'A' },
    flags: CASE_CHANGES.map((key) => ({
      key,
      words: changeWords[key],
      cases: pairs.counts[key],
      tone: tones[key],
    })),
    tags: b.table.tagNames.map((tag) => oneLine(tag, 100)),
    scores: metrics.map(({ name, unit }) => ({ name: oneLine(name, 100), unit })),
    cases: made.map(joined),
    allCases: pairs.size,
    excerpt,
  });
};

/** Two runs of the same release are told apart by their ids. */
const label = ({ a, b }: RunDiff, run: 'a' | 'b'): string => {
  const { head } = run === 'a' ? a : b;
  const isSame = a.head.candidate.label === b.head.candidate.label;
  return oneLine(isSame ? `${head.candidate.label} (${head.id})` : head.candidate.label, 80);
};

const joined = ({ change, a, b }: ChangedCase<PageCase>): PageCase => {
  const one = (b ?? a)!;
  return { ...one, flags: [change], candidate: b?.candidate ?? [], baseline: a?.candidate ?? [] };
};

const pageMetric = (one: DiffMetric): PageMetric => {
  const standing = standingOf(one);
  const moved =
    one.higher + one.lower === 0
      ? 'no case differs'
      : `higher in B ${count(one.higher)}, lower ${count(one.lower)}`;
  return {
    name: oneLine(one.metric.name, 100),
    unit: one.metric.unit,
    better: one.metric.better,
    slice: one.slice === null ? null : oneLine(one.slice, 100),
    n: one.n,
    candidate: { value: one.b },
    baseline: { value: one.a },
    difference: one.interval ?? { value: one.difference },
    standing,
    note: `${moved}; ${one.test}: corrected ${pValue(one.adjustedP)}${one.interval === null ? '' : `; ${one.intervalMethod}`}`,
  };
};

const badges: Readonly<Record<DiffVerdict, PageData['badge']>> = {
  better: { tone: 'good', icon: '▲', words: diffVerdictWords.better },
  worse: { tone: 'bad', icon: '▼', words: diffVerdictWords.worse },
  mixed: { tone: 'warn', icon: '◆', words: diffVerdictWords.mixed },
  open: { tone: 'quiet', icon: '?', words: diffVerdictWords.open },
};

const tones: Readonly<Record<CaseChange, Tone>> = {
  broken: 'bad',
  fixed: 'good',
  changed: 'busy',
  'asked-differently': 'warn',
  'only-b': 'quiet',
  'only-a': 'quiet',
  same: 'quiet',
};
