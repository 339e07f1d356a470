import { compilePattern } from '../../scorers/text/pattern/compile-pattern.ts';
import type { PlainObject } from '../plain-object.ts';

/** A line of `scorers`, without its name and where what is expected stands. */
export interface MappedScorer {
  readonly scorer: string;
  readonly options?: PlainObject;
  readonly schema?: unknown;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly not?: true;
}

export type MappedAssertion =
  | {
      readonly kind: 'scorer';
      readonly scorer: MappedScorer;
      /** What the case expects of it; undefined where the scorer needs nothing. */
      readonly expected: unknown;
      /** In what it is not quite the same; null where it is. */
      readonly note: string | null;
    }
  | { readonly kind: 'left-out'; readonly why: string };

const OWN = 'write it as an own scorer (module, command or http)';
const JUDGED =
  'it needs a model that judges: add the scorer judge, with `only:` a tag where it is not of all cases';

/** Why a type has no counterpart, and what to do. */
const WITHOUT: Readonly<Record<string, string>> = {
  javascript: OWN,
  python: OWN,
  ruby: OWN,
  webhook: `${OWN}; the shapes of request and answer differ`,
  latency: 'latency is measured anyway: require it, as {metric: latency, percentile: 95, max: …}',
  cost: 'cost is measured where the target has a price: require it, as {metric: cost, max: …}',
  'is-valid-openai-tools-call': 'add the scorer valid_tool_calls with `tools: FILE`',
  'is-valid-openai-function-call': 'add the scorer valid_tool_calls with `tools: FILE`',
  'is-valid-function-call': 'add the scorer valid_tool_calls with `tools: FILE`',
  similar: 'it needs embeddings: add the scorer embedding_similarity',
  moderation: 'add the scorer moderation with an endpoint',
};

const JUDGES =
  /^(llm-rubric|g-eval|factuality|closedqa|model-graded-.*|answer-relevance|context-.*|conversation-relevance|select-best|max-score|search-rubric|agent-rubric|pi|classifier|human)$/;

/** Keys of an assertion that change what is looked at, or by whom. */
const CHANGING = ['transform', 'contextTransform', 'config', 'provider', 'rubricPrompt'];

/**
 * An assertion of promptfoo as a scorer. `value` has its placeholders filled in already. Default thresholds are those of promptfoo: 5 edits,
 * 0.75 for ROUGE, 0.5 for BLEU.
 */
export const mapAssertion = (assertion: PlainObject, value: unknown): MappedAssertion => {
  const written = typeof assertion.type === 'string' ? assertion.type : '';
  const isNegated = written.startsWith('not-');
  const type = isNegated ? written.slice('not-'.length) : written;
  const changing = CHANGING.find((key) => assertion[key] !== undefined && assertion[key] !== null);
  if (changing !== undefined) return leftOut(`its \`${changing}\` has no counterpart`);
  const mapped = plainly(type, value, typeof assertion.threshold === 'number' ? assertion.threshold : null);
  if (mapped.kind === 'left-out' || !isNegated) return mapped;
  return { ...mapped, scorer: { ...mapped.scorer, not: true } };
};

const plainly = (type: string, value: unknown, threshold: number | null): MappedAssertion => {
  switch (type) {
    case 'equals':
      return typeof value === 'object' && value !== null
        ? scorer({ scorer: 'json_equal' }, value)
        : withText(value, (text) => scorer({ scorer: 'exact', options: { trim: false } }, text));
    case 'contains':
      return withText(value, (text) => scorer({ scorer: 'contains' }, text));
    case 'icontains':
      return withText(value, (text) => scorer({ scorer: 'contains', options: { lowercase: true } }, text));
    case 'contains-any':
    case 'icontains-any':
    case 'contains-all':
    case 'icontains-all':
      return withTexts(value, (texts) =>
        scorer(
          {
            scorer: 'contains',
            options: {
              need: type.endsWith('all') ? 'all' : 'any',
              ...(type.startsWith('i') ? { lowercase: true } : {}),
            },
          },
          texts,
        ),
      );
    case 'starts-with':
      return withText(value, (text) => scorer({ scorer: 'matches' }, `^${escaped(text)}`));
    case 'regex':
      return withText(value, regex);
    case 'is-json':
      return value === undefined || value === null
        ? scorer({ scorer: 'json_schema', schema: {} }, undefined)
        : typeof value === 'object'
          ? scorer({ scorer: 'json_schema', schema: value }, undefined)
          : leftOut('its schema is not written out here');
    case 'levenshtein':
      return withText(value, (text) =>
        scorer({ scorer: 'levenshtein_distance', atMost: threshold ?? 5 }, text),
      );
    case 'rouge-n':
      return withText(value, (text) =>
        scorer(
          { scorer: 'rouge', options: { variant: '1' }, atLeast: threshold ?? 0.75 },
          text,
          'ROUGE-1 is computed as Google’s rouge-score does, so scores differ somewhat',
        ),
      );
    case 'bleu':
      return withTexts(value, (texts) =>
        scorer(
          { scorer: 'bleu', atLeast: 100 * (threshold ?? 0.5) },
          texts,
          'BLEU is computed as sacrebleu does and from 0 to 100, so scores differ',
        ),
      );
    case 'is-refusal':
      return scorer(
        { scorer: 'refusal' },
        'refuse',
        'refusals are told by other phrases than promptfoo’s, so scores may differ',
      );
    default:
      return leftOut(
        WITHOUT[type] ??
          (JUDGES.test(type) ? JUDGED : type === '' ? 'it has no type' : 'there is no such scorer'),
      );
  }
};

const regex = (source: string): MappedAssertion => {
  const compiled = compilePattern(source, {
    ignoreCase: false,
    multiline: false,
    dotAll: false,
    whole: false,
  });
  return compiled.isCompiled
    ? scorer({ scorer: 'matches' }, source)
    : leftOut(`its pattern cannot be used here (${compiled.reason})`);
};

const scorer = (one: MappedScorer, expected: unknown, note: string | null = null): MappedAssertion => ({
  kind: 'scorer',
  scorer: one,
  expected,
  note,
});

const leftOut = (why: string): MappedAssertion => ({ kind: 'left-out', why });

const withText = (value: unknown, then: (text: string) => MappedAssertion): MappedAssertion =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? then(String(value))
    : leftOut('its value is no text');

/** A list, or texts with commas between them. */
const withTexts = (value: unknown, then: (texts: readonly string[]) => MappedAssertion): MappedAssertion => {
  const list = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [value];
  return list.length > 0 && list.every((one) => typeof one === 'string' || typeof one === 'number')
    ? then(list.map((one) => String(one).trim()))
    : leftOut('its value is no list of texts');
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
