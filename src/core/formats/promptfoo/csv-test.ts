import type { PlainObject } from '../plain-object.ts';

const TYPED = /^((?:not-)?[a-z][a-z0-9-]*)(?:\((\d+(?:\.\d+)?)\))?(?::([\s\S]*))?$/;
/** What may stand before a colon; any other text with a colon is what the answer must equal. */
const TYPES =
  /^(?:not-)?(?:equals|i?contains(?:-any|-all)?|contains-json|starts-with|regex|is-json|is-valid-[a-z-]+|is-refusal|levenshtein|rouge-n|bleu|similar|latency|cost|llm-rubric|factuality|javascript|python|webhook|perplexity(?:-score)?|answer-relevance|context-[a-z]+|model-graded-[a-z]+|moderation|word-count)$/;
/** Older spellings. */
const SPELLINGS: Readonly<Record<string, string>> = {
  fn: 'javascript',
  eval: 'javascript',
  grade: 'llm-rubric',
  rubric: 'llm-rubric',
};

/** A row of a table of tests: variables, `__expected` with what is asserted, `__description` and `__metadata:name`. Other `__` columns stay as keys, so that they are named. */
export const csvTest = (row: Readonly<Record<string, unknown>>): PlainObject => {
  const vars: Record<string, unknown> = {};
  const metadata: Record<string, unknown> = {};
  const others: Record<string, unknown> = {};
  const assertions: PlainObject[] = [];
  for (const [column, value] of Object.entries(row)) {
    if (/^__expected\d*$/.test(column)) assertions.push(asserted(String(value)));
    else if (column.startsWith('__metadata:')) metadata[column.slice('__metadata:'.length)] = value;
    else if (column === '__description') others.description = value;
    else if (column.startsWith('__')) others[column] = value;
    else vars[column] = value;
  }
  return { ...others, vars, assert: assertions, ...(Object.keys(metadata).length === 0 ? {} : { metadata }) };
};

const asserted = (text: string): PlainObject => {
  const match = TYPED.exec(text.trim());
  const written = match?.[1] ?? '';
  const type = SPELLINGS[written] ?? written;
  if (match === null || !TYPES.test(type)) return { type: 'equals', value: text };
  const [, , threshold, value] = match;
  return {
    type,
    ...(value === undefined ? {} : { value: value.trim() }),
    ...(threshold === undefined ? {} : { threshold: Number(threshold) }),
  };
};
