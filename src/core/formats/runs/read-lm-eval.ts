import type { LeftOut } from '../left-out.ts';
import { isPlainObject, type PlainObject } from '../plain-object.ts';
import { type ImportedCase, type ImportedRun, plainAnswer, scoreOf } from './imported-run.ts';

/** What a line holds besides its scores. */
const PARTS = new Set([
  'doc_id',
  'doc',
  'target',
  'arguments',
  'resps',
  'filtered_resps',
  'filter',
  'metrics',
  'doc_hash',
  'prompt_hash',
  'target_hash',
]);

/** Takes the lines of a samples file of lm-evaluation-harness one by one. */
export interface LmEvalReader {
  /** Null when the line could be read, else what is wrong with it; completes a sentence that begins with the line. */
  readonly add: (row: PlainObject, line: number) => string | null;
  readonly finish: (
    label: string,
    name: string,
  ) => { readonly run: ImportedRun; readonly leftOut: readonly LeftOut[] };
}

/** Lines of one `doc_id` are one case; each filter that was applied to its answer has scores of its own, named `metric,filter` as lm-eval does. */
export const startLmEval = (): LmEvalReader => {
  const cases = new Map<string, ImportedCase>();
  const seen = new Set<string>();
  const leftOut: LeftOut[] = [];
  return {
    add(row, line) {
      const { doc_id: doc, filter, metrics } = row;
      if (!(typeof doc === 'number' && Number.isSafeInteger(doc)) && typeof doc !== 'string')
        return 'has no "doc_id"';
      const id = String(doc);
      const by = typeof filter === 'string' && filter !== 'none' ? `,${filter}` : '';
      if (seen.has(`${id}${by}`))
        return `repeats the doc_id ${id}${by === '' ? '' : ` of the filter ${by.slice(1)}`}`;
      seen.add(`${id}${by}`);
      const names = Array.isArray(metrics)
        ? metrics.map(String)
        : Object.keys(row).filter((key) => !PARTS.has(key));
      const scores: Record<string, number> = {};
      for (const name of names) {
        const score = scoreOf(row[name]);
        if (score === null)
          leftOut.push({
            what: `score ${name}`,
            why: 'it is no number of a single case',
            where: `line ${line}`,
          });
        else scores[`${name}${by}`] = score;
      }
      const known = cases.get(id);
      const [first] = known?.answers ?? [];
      const output = only(row.filtered_resps ?? row.resps);
      const answer =
        first?.kind === 'answer'
          ? { ...first, scores: { ...first.scores, ...scores } }
          : plainAnswer(output, scores);
      cases.set(id, {
        id,
        input: askedOf(row.arguments) ?? row.doc ?? id,
        expected: row.target ?? null,
        tags: [],
        metadata: isPlainObject(row.doc) ? { doc: row.doc } : {},
        answers: [answer],
      });
      return null;
    },
    finish: (label, name) => ({
      run: { label, name, program: 'lm-eval', startedAt: null, cases: [...cases.values()] },
      leftOut,
    }),
  };
};

/** The first text that was asked: `{gen_args_0: {arg_0: …}}`, or lists in older versions. */
const askedOf = (given: unknown): unknown => {
  const [call] = isPlainObject(given) ? Object.values(given) : Array.isArray(given) ? given : [];
  const [asked] = isPlainObject(call) ? Object.values(call) : Array.isArray(call) ? call : [];
  return typeof asked === 'string' ? asked : undefined;
};

const only = (value: unknown): unknown =>
  Array.isArray(value) && value.length === 1 ? only(value[0]) : value;
