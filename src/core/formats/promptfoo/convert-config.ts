import type { LeftOut } from '../left-out.ts';
import type { PlainObject } from '../plain-object.ts';
import { isPlainObject } from '../plain-object.ts';
import { expandVars, MOST_COMBINATIONS } from './expand-vars.ts';
import { type MappedProvider, mapProvider } from './map-provider.ts';
import { renderPrompt } from './render-prompt.ts';
import { type ScorerTable, scorerTable } from './scorer-table.ts';

/** A promptfoo configuration whose files have been read: every `file://` is replaced by what it holds. */
export interface PromptfooConfig {
  readonly prompts: readonly { readonly label: string; readonly raw: string }[];
  readonly providers: readonly unknown[];
  readonly tests: readonly PlainObject[];
  readonly defaultTest: PlainObject;
  /** Everything as it was written. */
  readonly written: PlainObject;
}

export interface ConvertedConfig {
  readonly name: string | null;
  readonly targets: readonly Extract<MappedProvider, { readonly kind: 'target' }>[];
  /** Lines of `scorers`. */
  readonly scorers: readonly PlainObject[];
  /** Lines of the golden set. */
  readonly cases: readonly PlainObject[];
  readonly concurrency: number | null;
  readonly repeats: number | null;
  readonly leftOut: readonly LeftOut[];
}

const TOP_KEYS = [
  'description',
  'prompts',
  'providers',
  'targets',
  'tests',
  'defaultTest',
  'evaluateOptions',
  '$schema',
];
const TEST_KEYS = ['description', 'vars', 'assert', 'metadata', 'prompts', 'options'];

/** Turns it into cases, scorers and targets. What has no counterpart is in `leftOut`, all of it. */
export const convertConfig = (config: PromptfooConfig): ConvertedConfig => {
  const leftOut: LeftOut[] = [];
  const leave = (what: string, why: string, where: string | null = null): void =>
    void leftOut.push({ what, why, where });
  const { written, prompts } = config;
  for (const key of Object.keys(written))
    if (!TOP_KEYS.includes(key)) leave(`key ${key}`, 'it has no counterpart');
  const targets = config.providers.flatMap((provider) => {
    const mapped = mapProvider(provider);
    if (mapped.kind === 'left-out') {
      leave(`provider ${mapped.label}`, mapped.why);
      return [];
    }
    for (const [what, why] of mapped.leftOut) leave(what, why);
    return [mapped];
  });
  const table = scorerTable();
  const cases: PlainObject[] = [];
  const missing = startMissing();
  for (const [index, test] of config.tests.entries())
    cases.push(...casesOfTest(config, index, test, table, { leave, onMissing: missing.add }));
  missing.tell(leave);
  if (prompts.length > 1)
    leave(
      'the comparison of prompts',
      'each prompt is a slice with a tag of its own (prompt:…); for a comparison make a golden set of each',
    );
  return {
    name: typeof written.description === 'string' ? written.description : null,
    targets,
    ...table.finish(cases),
    ...optionsOf(written.evaluateOptions, leave),
    leftOut,
  };
};

type Leave = (what: string, why: string, where?: string | null) => void;

/** Variables that prompts name and tests do not, each told once. */
const startMissing = () => {
  const byName = new Map<string, { readonly where: string; cases: number }>();
  return {
    add: (name: string, where: string): void => {
      const known = byName.get(name);
      if (known === undefined) byName.set(name, { where, cases: 1 });
      else known.cases += 1;
    },
    tell: (leave: Leave): void => {
      for (const [name, { where, cases }] of byName) {
        const others = cases === 1 ? '' : `, in ${cases} places`;
        leave(`variable {{${name}}}`, `nothing gives it a value, so it became empty text${others}`, where);
      }
    },
  };
};

const casesOfTest = (
  { prompts, defaultTest }: PromptfooConfig,
  index: number,
  test: PlainObject,
  table: ScorerTable,
  { leave, onMissing }: { readonly leave: Leave; readonly onMissing: (name: string, where: string) => void },
): PlainObject[] => {
  const where = `test ${index + 1}`;
  for (const key of Object.keys(test))
    if (!TEST_KEYS.includes(key)) leave(`test key ${key}`, 'it has no counterpart', where);
  if (index === 0)
    for (const key of Object.keys(defaultTest))
      if (!TEST_KEYS.includes(key)) leave(`defaultTest key ${key}`, 'it has no counterpart');
  const options = { ...objectAt(defaultTest, 'options'), ...objectAt(test, 'options') };
  for (const key of Object.keys(options))
    if (key !== 'disableVarExpansion' && key !== 'disableDefaultAsserts')
      leave(`test option ${key}`, 'it has no counterpart', where);
  const vars = { ...objectAt(defaultTest, 'vars'), ...objectAt(test, 'vars') };
  const expanded = options.disableVarExpansion === true ? [vars] : expandVars(vars);
  if (expanded === null) {
    leave('a test', `its variables have more than ${MOST_COMBINATIONS} combinations`, where);
    return [];
  }
  const assertions = [
    ...(options.disableDefaultAsserts === true ? [] : listAt(defaultTest, 'assert')),
    ...listAt(test, 'assert'),
  ];
  const metadata = { ...objectAt(defaultTest, 'metadata'), ...objectAt(test, 'metadata') };
  const wanted = Array.isArray(test.prompts) ? test.prompts.map(String) : null;
  const cases: PlainObject[] = [];
  for (const [p, { label, raw }] of prompts.entries()) {
    if (wanted !== null && !wanted.includes(label)) continue;
    for (const [v, each] of expanded.entries()) {
      const rendered = renderPrompt(raw, each, (name) => onMissing(name, where));
      if (!rendered.isRendered) {
        leave('a case', `its prompt needs ${rendered.what}`, where);
        continue;
      }
      const held = table.of(assertions, each, where, leave);
      cases.push({
        id: [
          `test-${index + 1}`,
          ...(expanded.length > 1 ? [v + 1] : []),
          ...(prompts.length > 1 ? [`prompt-${p + 1}`] : []),
        ].join('/'),
        input: rendered.input,
        ...(held.expected === undefined ? {} : { expected: held.expected }),
        tags: [...(prompts.length > 1 ? [`prompt:${label.slice(0, 80)}`] : []), ...held.tags],
        ...(typeof test.description === 'string' ? { description: test.description } : {}),
        metadata: {
          ...metadata,
          vars: each,
          ...(Object.keys(held.asserts).length === 0 ? {} : { assert: held.asserts }),
        },
      });
    }
  }
  return cases;
};

const optionsOf = (given: unknown, leave: Leave) => {
  const options = isPlainObject(given) ? given : {};
  for (const key of Object.keys(options))
    if (key !== 'maxConcurrency' && key !== 'repeat')
      leave(`evaluateOptions.${key}`, 'it has no counterpart');
  const { maxConcurrency, repeat } = options;
  return {
    concurrency: typeof maxConcurrency === 'number' ? maxConcurrency : null,
    repeats: typeof repeat === 'number' ? repeat : null,
  };
};

const objectAt = (value: PlainObject, key: string): PlainObject => {
  const found = value[key];
  return isPlainObject(found) ? found : {};
};
const listAt = (value: PlainObject, key: string): readonly unknown[] => {
  const found = value[key];
  return Array.isArray(found) ? found : [];
};
