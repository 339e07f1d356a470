import type { LeftOut } from '../left-out.ts';
import { isPlainObject, type PlainObject } from '../plain-object.ts';
import { type ImportedAnswer, type ImportedCase, type ImportedRun, scoreOf } from './imported-run.ts';

export type ReadResults =
  | { readonly isRead: true; readonly runs: readonly ImportedRun[]; readonly leftOut: readonly LeftOut[] }
  /** Completes a sentence that begins with the file. */
  | { readonly isRead: false; readonly message: string };

/** promptfoo calls an answer that its assertions refused `1`, and one that never came `2`. */
const FAILED_TO_ANSWER = 2;

/**
 * The results file of promptfoo (`-o results.json`, version 3): one run for each provider. `pass` is whether all assertions held, `score` what
 * promptfoo made of them; each assertion has a score under its metric or its type.
 */
export const readPromptfooResults = (value: unknown): ReadResults => {
  const held = isPlainObject(value) ? value.results : undefined;
  const results = isPlainObject(held) ? held.results : held;
  if (!Array.isArray(results))
    return { isRead: false, message: 'holds no `results.results`, as promptfoo writes them since version 3' };
  const rows = results.filter(isPlainObject);
  if (rows.length === 0) return { isRead: false, message: 'holds no result' };
  const leftOut: LeftOut[] = [];
  const prompts = new Set(rows.map(({ promptIdx }) => promptIdx));
  const providers = new Map<string, Map<string, ImportedCase>>();
  for (const [index, row] of rows.entries()) {
    const label = providerOf(row.provider);
    const cases = providers.get(label) ?? new Map<string, ImportedCase>();
    providers.set(label, cases);
    const id = [
      `test-${typeof row.testIdx === 'number' ? row.testIdx + 1 : index + 1}`,
      ...(prompts.size > 1 && typeof row.promptIdx === 'number' ? [`prompt-${row.promptIdx + 1}`] : []),
    ].join('/');
    const known = cases.get(id);
    const answer = answerOf(row);
    cases.set(
      id,
      known === undefined ? caseOf(id, row, answer) : { ...known, answers: [...known.answers, answer] },
    );
  }
  if (results.length > rows.length) leftOut.push({ what: 'a result', why: 'it is no map', where: null });
  const root = value as PlainObject;
  const config = isPlainObject(root.config) ? root.config : {};
  const startedAt = isPlainObject(held) && typeof held.timestamp === 'string' ? held.timestamp : null;
  return {
    isRead: true,
    leftOut,
    runs: [...providers].map(([label, cases]) => ({
      label,
      name: typeof config.description === 'string' ? config.description : 'promptfoo',
      program: 'promptfoo',
      startedAt,
      cases: [...cases.values()],
    })),
  };
};

const providerOf = (provider: unknown): string => {
  if (!isPlainObject(provider)) return typeof provider === 'string' ? provider : 'unknown';
  return typeof provider.label === 'string' && provider.label !== ''
    ? provider.label
    : String(provider.id ?? 'unknown');
};

const caseOf = (id: string, row: PlainObject, answer: ImportedAnswer): ImportedCase => {
  const test = isPlainObject(row.testCase) ? row.testCase : {};
  const prompt = isPlainObject(row.prompt) ? row.prompt : {};
  const asserted = (Array.isArray(test.assert) ? test.assert : [])
    .filter(isPlainObject)
    .map(({ type, value, threshold }) => ({
      type,
      ...(value === undefined ? {} : { value }),
      ...(threshold === undefined ? {} : { threshold }),
    }));
  const description = test.description ?? row.description;
  return {
    id,
    input: askedOf(prompt.raw) ?? row.vars ?? id,
    // All that was asserted: a case of which something else was demanded is not the same case.
    expected: asserted.length === 0 ? null : asserted,
    tags: [],
    metadata: {
      ...(isPlainObject(test.metadata) ? test.metadata : {}),
      ...(isPlainObject(row.vars) ? { vars: row.vars } : {}),
      ...(typeof description === 'string' ? { description } : {}),
    },
    answers: [answer],
  };
};

const askedOf = (raw: unknown): unknown => {
  if (typeof raw !== 'string') return raw;
  if (!raw.trimStart().startsWith('[')) return raw;
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
};

const answerOf = (row: PlainObject): ImportedAnswer => {
  const response = isPlainObject(row.response) ? row.response : {};
  const failed =
    row.failureReason === FAILED_TO_ANSWER || (response.output === undefined && row.error !== undefined);
  if (failed) return { kind: 'error', detail: String(row.error ?? response.error ?? 'no answer') };
  const scores: Record<string, number> = {};
  const reasons: Record<string, string> = {};
  const pass = scoreOf(row.success);
  const score = scoreOf(row.score);
  if (pass !== null) scores.pass = pass;
  if (score !== null) scores.score = score;
  const grading = isPlainObject(row.gradingResult) ? row.gradingResult : {};
  for (const part of Array.isArray(grading.componentResults)
    ? grading.componentResults.filter(isPlainObject)
    : []) {
    const assertion = isPlainObject(part.assertion) ? part.assertion : {};
    const base = String(assertion.metric ?? assertion.type ?? 'assertion');
    let name = base;
    for (let count = 2; Object.hasOwn(scores, name); count += 1) name = `${base}_${count}`;
    const held = scoreOf(part.score) ?? scoreOf(part.pass);
    if (held !== null) scores[name] = held;
    if (typeof part.reason === 'string' && part.pass === false) reasons[name] = part.reason;
  }
  for (const [name, value] of Object.entries(isPlainObject(row.namedScores) ? row.namedScores : {})) {
    const named = scoreOf(value);
    if (named !== null && !Object.hasOwn(scores, name)) scores[name] = named;
  }
  const usage = isPlainObject(response.tokenUsage) ? response.tokenUsage : {};
  const hasUsage = typeof usage.prompt === 'number' && typeof usage.completion === 'number';
  return {
    kind: 'answer',
    output: response.output ?? null,
    latencyMs: typeof row.latencyMs === 'number' ? row.latencyMs : null,
    tokens: hasUsage ? { input: Number(usage.prompt), output: Number(usage.completion) } : null,
    usd: typeof row.cost === 'number' ? row.cost : null,
    isCached: response.cached === true,
    scores,
    reasons,
  };
};
