import type { LeftOut } from '../left-out.ts';
import { isPlainObject, type PlainObject } from '../plain-object.ts';
import {
  type ImportedAnswer,
  type ImportedCase,
  type ImportedRun,
  plainAnswer,
  scoreOf,
} from './imported-run.ts';

/** Takes the lines of a log of OpenAI's evals one by one: the head, then events of samples, at the end the report. */
export interface OpenAiLogReader {
  readonly add: (row: PlainObject, line: number) => string | null;
  readonly finish: () => { readonly run: ImportedRun; readonly leftOut: readonly LeftOut[] };
}

interface Sample {
  readonly input: unknown;
  readonly output: unknown;
  readonly expected: unknown;
  readonly scores: Readonly<Record<string, number>>;
  readonly error: string | null;
}

const NONE: Sample = { input: undefined, output: undefined, expected: undefined, scores: {}, error: null };

/** `match` is 1 for a right answer; numbers among `metrics` are scores under their names. */
export const startOpenAiLog = (): OpenAiLogReader => {
  const samples = new Map<string, Sample>();
  const leftOut: LeftOut[] = [];
  let spec: PlainObject = {};
  return {
    add(row, line) {
      if (isPlainObject(row.spec)) {
        spec = row.spec;
        return null;
      }
      if ('final_report' in row) return null;
      const { sample_id: id, type, data } = row;
      if (typeof id !== 'string' || typeof type !== 'string')
        return 'is neither a head, an event nor a report';
      const known = samples.get(id) ?? NONE;
      const next = withEvent(known, type, isPlainObject(data) ? data : {});
      if (next === null)
        leftOut.push({
          what: `event ${type}`,
          why: 'it says nothing of an answer or a score',
          where: `line ${line}`,
        });
      samples.set(id, next ?? known);
      return null;
    },
    finish() {
      const fns = Array.isArray(spec.completion_fns) ? spec.completion_fns.map(String).join(', ') : '';
      return {
        run: {
          label: fns === '' ? 'unknown' : fns,
          name: typeof spec.eval_name === 'string' ? spec.eval_name : 'OpenAI evals',
          program: 'openai-evals',
          startedAt: typeof spec.created_at === 'string' ? spec.created_at : null,
          cases: [...samples].map(([id, sample]) => caseOf(id, sample)),
        },
        leftOut,
      };
    },
  };
};

const withEvent = (known: Sample, type: string, data: PlainObject): Sample | null => {
  switch (type) {
    case 'sampling':
      return { ...known, input: known.input ?? data.prompt, output: only(data.sampled) ?? known.output };
    case 'match': {
      const correct = scoreOf(data.correct);
      return {
        ...known,
        output: known.output ?? data.sampled ?? data.picked,
        expected: data.expected ?? known.expected,
        scores: correct === null ? known.scores : { ...known.scores, match: correct },
      };
    }
    case 'metrics': {
      const scores = Object.entries(data).flatMap(([name, value]) => {
        const score = scoreOf(value);
        return score === null ? [] : [[name, score] as const];
      });
      return { ...known, scores: { ...known.scores, ...Object.fromEntries(scores) } };
    }
    case 'error':
      return { ...known, error: `${String(data.type ?? 'error')}: ${String(data.message ?? '')}` };
    default:
      return null;
  }
};

const caseOf = (id: string, { input, output, expected, scores, error }: Sample): ImportedCase => {
  const answer: ImportedAnswer =
    error !== null && output === undefined
      ? { kind: 'error', detail: error }
      : plainAnswer(output ?? null, scores);
  return { id, input: input ?? id, expected: expected ?? null, tags: [], metadata: {}, answers: [answer] };
};

const only = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : value);
