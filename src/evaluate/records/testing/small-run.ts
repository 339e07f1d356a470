import type {
  AnswerRecord,
  CaseRecord,
  MeasuredMetric,
  RunHead,
  RunLine,
  RunSummary,
} from '../../../core/evaluation/run/run-record.ts';

/** An answer with its scores; null is an error. */
export type SmallAnswer = {
  readonly output: unknown;
  readonly scores: Readonly<Record<string, number | null>>;
} | null;

export const smallMetric = (name: string, change: Partial<MeasuredMetric> = {}): MeasuredMetric => ({
  name,
  signature: `${name}|v:1`,
  better: 'higher',
  unit: 'share',
  perCase: true,
  ...change,
});

export const smallHead = (change: Partial<RunHead> = {}): RunHead => ({
  kind: 'run',
  schema: 1,
  id: 'run-small',
  name: 'small',
  startedAt: '2026-11-21T09:00:00.000Z',
  golden: { file: 'golden.jsonl', digest: `sha256:${'ab'.repeat(32)}`, cases: 3 },
  candidate: { label: 'new', digest: null },
  baseline: null,
  metrics: [smallMetric('exact')],
  repeats: 1,
  ...change,
});

const answered = (answer: SmallAnswer): AnswerRecord =>
  answer === null
    ? { kind: 'error', reason: 'status', detail: 'answered 500', latencyMs: 5 }
    : {
        kind: 'answer',
        output: answer.output,
        latencyMs: 10,
        firstTokenMs: null,
        tokens: null,
        usd: null,
        isCached: false,
        scores: answer.scores,
        reasons: {},
      };

export const smallCase = (
  id: string,
  candidate: readonly SmallAnswer[],
  baseline: readonly SmallAnswer[] = [],
  change: Partial<CaseRecord> = {},
): CaseRecord => ({
  kind: 'case',
  id,
  input: `question ${id}`,
  expected: 'yes',
  tags: [],
  weight: 1,
  metadata: {},
  candidate: candidate.map(answered),
  baseline: baseline.map(answered),
  ...change,
});

export const right: SmallAnswer = { output: 'yes', scores: { exact: 1 } };
export const wrong: SmallAnswer = { output: 'no', scores: { exact: 0 } };

export const smallSummary = (change: Partial<RunSummary> = {}): RunSummary => ({
  kind: 'summary',
  endedAt: '2026-11-21T09:00:02.500Z',
  verdict: 'pass',
  stoppedBy: null,
  cases: 3,
  errors: 0,
  flaky: 0,
  calls: 3,
  cachedAnswers: 0,
  tokens: null,
  usd: null,
  metrics: [],
  requirements: [],
  notes: [],
  ...change,
});

/** All that is nasty in texts: markup, control characters, turned lines, halves of characters, a fence, a formula. */
export const hostileText =
  '</script><script>alert(1)</script><!-- <img src=x onerror=alert(2)> ]]> &amp; "\'` ``` ~~~ | # @someone www.evil.example ' +
  'https://evil.example \u0000\u0007\u001b[31mred\u001b[0m\u009b31m \u202eturned\u202c \u2066iso\u2069 \ud800 lone \udc00 \ufffe\uffff \u2028\u2029 \r\n\ttab =1+1';

/** A run whose every text is hostile. */
export const hostileRun = (): RunLine[] => {
  const answer: SmallAnswer = { output: hostileText, scores: { [hostileText]: 0, exact: 0 } };
  const one = smallCase(hostileText, [answer], [right], {
    input: { [hostileText]: hostileText },
    expected: hostileText,
    tags: [hostileText, '__proto__'],
    metadata: { [hostileText]: hostileText, constructor: 'x' },
  });
  const first = one.candidate[0]!;
  const failed: AnswerRecord = { kind: 'error', reason: hostileText, detail: hostileText, latencyMs: 1 };
  return [
    smallHead({
      id: hostileText,
      name: hostileText,
      golden: { file: hostileText, digest: hostileText, cases: 2 },
      candidate: { label: hostileText, digest: hostileText },
      baseline: { label: hostileText, digest: null },
      metrics: [
        smallMetric('exact'),
        smallMetric(hostileText, { signature: hostileText }),
        smallMetric('constructor'),
      ],
    }),
    {
      ...one,
      candidate: [{ ...first, reasons: { exact: hostileText, [hostileText]: hostileText } } as AnswerRecord],
    },
    { ...one, id: `2 ${hostileText}`, candidate: [failed] },
    smallSummary({
      metrics: [
        {
          metric: hostileText,
          slice: hostileText,
          n: 1,
          candidate: { value: 0, low: 0, high: 1, confidence: 0.95 },
          baseline: null,
          difference: null,
          method: hostileText,
        },
      ],
      requirements: [
        { requirement: hostileText, verdict: 'fail', found: null, moreCases: null, detail: hostileText },
      ],
      notes: [hostileText],
    }),
  ];
};
