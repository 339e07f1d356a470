import type {
  AnswerRecord,
  CaseRecord,
  MeasuredMetric,
  RunHead,
  RunLine,
  RunSummary,
} from '../../../core/evaluation/run/run-record.ts';
import { type Random, seededRandom } from '../../../core/evaluation/seeded-random.ts';

export interface MadeRun {
  readonly seed: number;
  readonly cases: number;
  readonly id?: string;
  readonly repeats?: number;
  readonly hasBaseline?: boolean;
  /** How often the candidate is right. */
  readonly accuracy?: number;
  readonly golden?: string;
  readonly isFinished?: boolean;
  /** Words in an answer, at most. */
  readonly words?: number;
}

const tags = ['billing', 'shipping', 'refunds', 'account', 'german'];
const subjects = ['The invoice', 'Your parcel', 'The refund', 'An account', 'This order', 'The voucher'];
const verbs = ['was sent', 'is delayed', 'has been booked', 'cannot be found', 'was cancelled', 'arrives'];
const times = [
  'on Monday',
  'within three days',
  'last week',
  'tomorrow morning',
  'after a review',
  'at once',
];

export const madeMetrics: readonly MeasuredMetric[] = [
  { name: 'exact', signature: 'exact|v1', better: 'higher', unit: 'share', perCase: true },
  { name: 'token_f1', signature: 'token_f1|v1|squad', better: 'higher', unit: 'score', perCase: true },
  { name: 'macro_f1', signature: 'f1|v1|macro', better: 'higher', unit: 'share', perCase: false },
  { name: 'latency_p95', signature: 'latency|p95', better: 'lower', unit: 'ms', perCase: false },
];

/** The lines of a run over invented questions, always the same for the same arguments. */
export function* makeRun(made: MadeRun): Generator<RunLine> {
  yield headOf(made);
  const tally = { errors: 0, flaky: 0, right: 0 };
  for (let i = 0; i < made.cases; i += 1) {
    const line = caseOf(made, i);
    const marks = line.candidate.map((answer) => (answer.kind === 'answer' ? answer.scores.exact : null));
    if (marks.includes(null)) tally.errors += 1;
    if (new Set(marks).size > 1) tally.flaky += 1;
    if (marks[0] === 1) tally.right += 1;
    yield line;
  }
  if (made.isFinished !== false) yield summaryOf(made, tally);
}

const headOf = ({ seed, cases, id = `run-${seed}`, repeats = 1, hasBaseline, golden }: MadeRun): RunHead => ({
  kind: 'run',
  schema: 1,
  id,
  name: 'support answers',
  startedAt: '2026-11-21T09:00:00.000Z',
  golden: { file: 'golden.jsonl', digest: golden ?? `sha256:${'ab'.repeat(32)}`, cases },
  candidate: { label: '1.4.0', digest: `sha256:${'12'.repeat(32)}` },
  baseline: hasBaseline === false ? null : { label: '1.3.2', digest: `sha256:${'34'.repeat(32)}` },
  metrics: madeMetrics,
  repeats,
});

const caseOf = (made: MadeRun, i: number): CaseRecord => {
  // What is asked depends on the case alone, so that two runs ask the same.
  const asked = seededRandom(7, `case ${i}`);
  const random = seededRandom(made.seed, `answers ${i}`);
  const expected = sentences(asked, 1 + Math.floor(asked() * Math.max(1, (made.words ?? 30) / 6)));
  const hardness = asked();
  const answers = (accuracy: number) =>
    Array.from({ length: made.repeats ?? 1 }, () => answerTo(expected, hardness, accuracy, random));
  return {
    kind: 'case',
    id: `case-${String(i).padStart(6, '0')}`,
    input: {
      question: `Question ${i}: ${pick(subjects, asked).toLowerCase()}, what about it?`,
      locale: 'en',
    },
    expected,
    tags: tags.filter(() => asked() < 0.3),
    weight: 1,
    metadata: { source: asked() < 0.5 ? 'tickets' : 'chat' },
    candidate: answers(made.accuracy ?? 0.88),
    baseline: made.hasBaseline === false ? [] : answers(0.85),
  };
};

const answerTo = (expected: string, hardness: number, accuracy: number, random: Random): AnswerRecord => {
  const latencyMs = Math.round(80 + 400 * random() ** 3);
  if (random() < 0.01)
    return { kind: 'error', reason: 'timeout', detail: 'no answer within 10 s', latencyMs: 10_000 };
  const isRight = random() < accuracy + (hardness < 0.5 ? 0.1 : -0.1);
  const words = expected.split(' ');
  const output = isRight
    ? expected
    : words.map((word) => (random() < 0.2 ? pick(times, random).split(' ')[0] : word)).join(' ');
  return {
    kind: 'answer',
    output,
    latencyMs,
    firstTokenMs: null,
    tokens: { input: 40, output: words.length },
    usd: 0.0004,
    isCached: false,
    scores: { exact: output === expected ? 1 : 0, token_f1: output === expected ? 1 : 0.5 + random() / 2.1 },
    reasons: output === expected ? {} : { exact: 'the answer differs from what was expected' },
  };
};

const sentences = (random: Random, count: number): string =>
  Array.from(
    { length: count },
    () => `${pick(subjects, random)} ${pick(verbs, random)} ${pick(times, random)}.`,
  ).join(' ');

const pick = (list: readonly string[], random: Random): string => list[Math.floor(random() * list.length)]!;

const summaryOf = (
  { cases, repeats = 1, hasBaseline }: MadeRun,
  { errors, flaky, right }: { readonly errors: number; readonly flaky: number; readonly right: number },
): RunSummary => {
  const share = cases === 0 ? 0 : right / cases;
  const about = (value: number, reach: number) => ({
    value,
    low: Math.max(0, value - reach),
    high: Math.min(1, value + reach),
    confidence: 0.95,
  });
  const sides = hasBaseline !== false;
  return {
    kind: 'summary',
    endedAt: '2026-11-21T09:04:12.000Z',
    verdict: share >= 0.8 ? 'pass' : 'fail',
    stoppedBy: null,
    cases,
    errors,
    flaky,
    calls: cases * repeats * (sides ? 2 : 1),
    cachedAnswers: 0,
    tokens: { input: cases * 40, output: cases * 12 },
    usd: cases * 0.0004,
    metrics: [null, ...tags].flatMap((slice, i) =>
      (['exact', 'token_f1'] as const).map((metric) => ({
        metric,
        slice,
        n: slice === null ? cases : Math.round(cases * 0.3),
        candidate: about(share - i * 0.01, slice === null ? 0.012 : 0.03),
        baseline: sides ? about(0.85, slice === null ? 0.012 : 0.03) : null,
        difference: sides
          ? { value: share - 0.85 - i * 0.01, low: share - 0.88, high: share - 0.82, confidence: 0.95 }
          : null,
        method: metric === 'exact' ? 'Clopper-Pearson' : 'BCa bootstrap over cases',
      })),
    ),
    requirements: [
      {
        requirement: 'exact >= 80 %',
        verdict: share >= 0.8 ? 'pass' : 'fail',
        found: about(share, 0.012),
        moreCases: null,
        detail: 'held against the whole interval',
      },
      {
        requirement: 'exact on german not worse than baseline by more than 1 point',
        verdict: sides ? 'inconclusive' : 'not-applicable',
        found: sides ? { value: 0.004, low: -0.021, high: 0.029, confidence: 0.95 } : null,
        moreCases: sides ? 900 : null,
        detail: sides ? 'the interval spans the margin' : 'there is no baseline',
      },
    ],
    notes: ['The figures of this run are invented.'],
  };
};
