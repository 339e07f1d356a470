import { describe, expect, it } from 'vitest';
import { convertConfig, type PromptfooConfig } from './convert-config.ts';
import { csvTest } from './csv-test.ts';
import { mapAssertion } from './map-assertion.ts';
import { mapProvider } from './map-provider.ts';
import { renderTemplate } from './render-template.ts';

const configOf = (
  tests: PromptfooConfig['tests'],
  change: Partial<PromptfooConfig> = {},
): PromptfooConfig => ({
  prompts: [{ label: 'p', raw: 'Say {{word}}' }],
  providers: ['openai:m'],
  tests,
  defaultTest: {},
  written: {},
  ...change,
});

describe('a promptfoo configuration', () => {
  it('has one scorer for assertions with the same settings, and a case has a score only under its own', () => {
    const { cases, scorers, leftOut } = convertConfig(
      configOf([
        {
          vars: { word: 'a' },
          assert: [
            { type: 'contains', value: 'a{{word}}' },
            { type: 'contains', value: 'b' },
          ],
        },
        {
          vars: { word: 'c' },
          assert: [
            { type: 'not-contains', value: 'd' },
            { type: 'contains', value: 'e' },
          ],
        },
      ]),
    );
    expect(scorers).toEqual([
      { name: 'contains', scorer: 'contains', expected: '/metadata/assert/contains' },
      { name: 'contains_2', scorer: 'contains', expected: '/metadata/assert/contains_2' },
      { name: 'not-contains', scorer: 'contains', not: true, expected: '/metadata/assert/not-contains' },
    ]);
    expect(cases.map(({ metadata }) => (metadata as { assert: unknown }).assert)).toEqual([
      { contains: 'aa', contains_2: 'b' },
      { 'not-contains': 'd', contains: 'e' },
    ]);
    expect(leftOut).toEqual([]);
  });

  it('tags the cases of a scorer that expects nothing, unless all of them have it', () => {
    const json = { type: 'is-json' };
    const some = convertConfig(configOf([{ assert: [json] }, { assert: [{ type: 'equals', value: 'x' }] }]));
    expect(some.scorers[0]).toMatchObject({ scorer: 'json_schema', schema: {}, only: 'asserts:is-json' });
    expect(some.cases.map(({ tags }) => tags)).toEqual([['asserts:is-json'], undefined]);
    const all = convertConfig(configOf([{}, {}], { defaultTest: { assert: [json] } }));
    expect(all.scorers[0]).not.toHaveProperty('only');
    expect(all.cases.every(({ tags }) => tags === undefined)).toBe(true);
  });

  it('makes a case of every combination of listed variables and every prompt', () => {
    const { cases } = convertConfig(
      configOf([{ vars: { word: ['a', 'b'], n: [1, 2] }, assert: [] }], {
        prompts: [
          { label: 'p', raw: '{{word}}{{n}}' },
          { label: 'q', raw: '[{"role":"user","content":"{{word}}"}]' },
        ],
      }),
    );
    expect(cases).toHaveLength(8);
    expect(cases[0]).toMatchObject({ id: 'test-1/1/prompt-1', input: 'a1', tags: ['prompt:p'] });
    expect(cases[7]).toMatchObject({ id: 'test-1/4/prompt-2', input: [{ role: 'user', content: 'b' }] });
  });

  it('names a variable that no test gives a value, once', () => {
    const prompts = [{ label: 'p', raw: 'Say {{word}} to {{missing}}' }];
    const { leftOut, cases } = convertConfig(
      configOf([{ vars: { word: 'a' } }, { vars: { word: 'b' } }, { vars: { word: 'c', missing: '' } }], {
        prompts,
      }),
    );
    expect(cases).toHaveLength(3);
    expect(leftOut).toEqual([
      {
        what: 'variable {{missing}}',
        why: 'nothing gives it a value, so it became empty text, in 2 places',
        where: 'test 1',
      },
    ]);
  });

  it('names everything that it does not carry over', () => {
    const { leftOut, cases } = convertConfig(
      configOf(
        [
          {
            vars: { word: '{% if x %}' },
            threshold: 0.5,
            options: { transform: 'x', provider: 'y' },
            assert: [
              { type: 'llm-rubric', value: 'polite' },
              { type: 'regex', value: '(?<!a)b' },
              { type: 'contains', value: { no: 'text' } },
              { type: 'contains', value: 'x', transform: 'output' },
              { type: 'assert-set', threshold: 0.5, assert: [] },
              { type: 'never-heard-of' },
            ],
          },
        ],
        {
          providers: ['bedrock:x', { id: 'openai:m', config: { unknown: 1 }, delay: 5 }],
          defaultTest: { threshold: 1 },
          written: { redteam: {}, prompts: [], evaluateOptions: { cache: true } },
        },
      ),
    );
    expect(cases).toEqual([]);
    const named = leftOut.map(({ what }) => what);
    for (const what of [
      'key redteam',
      'provider bedrock:x',
      'config.unknown of openai:m',
      'delay of the provider openai:m',
      'test key threshold',
      'defaultTest key threshold',
      'test option transform',
      'test option provider',
      'a case',
      'evaluateOptions.cache',
    ])
      expect(named).toContain(what);
    const ofAssertions = convertConfig(
      configOf([
        {
          vars: { word: 'x' },
          assert: [
            { type: 'llm-rubric', value: 'polite' },
            { type: 'regex', value: '(?<!a)b' },
            { type: 'contains', value: { no: 'text' } },
            { type: 'contains', value: 'x', transform: 'output' },
            { type: 'contains', value: '{{ word | upper }}' },
            { type: 'assert-set', threshold: 0.5, assert: [] },
            { type: 'never-heard-of' },
            'text',
          ],
        },
      ]),
    );
    expect(ofAssertions.scorers).toEqual([]);
    expect(new Set(ofAssertions.leftOut.map(({ what }) => what))).toEqual(
      new Set([
        'assertion llm-rubric',
        'assertion regex',
        'assertion contains',
        'assertion contains',
        'assertion contains',
        'assertion assert-set',
        'assertion never-heard-of',
        'an assertion',
      ]),
    );
  });
});

describe('an assertion', () => {
  it.each([
    [{ type: 'equals' }, 'x', { scorer: 'exact', options: { trim: false } }, 'x'],
    [{ type: 'equals' }, { a: 1 }, { scorer: 'json_equal' }, { a: 1 }],
    [{ type: 'icontains' }, 5, { scorer: 'contains', options: { lowercase: true } }, '5'],
    [{ type: 'contains-all' }, 'a, b', { scorer: 'contains', options: { need: 'all' } }, ['a', 'b']],
    [
      { type: 'icontains-any' },
      ['a'],
      { scorer: 'contains', options: { need: 'any', lowercase: true } },
      ['a'],
    ],
    [{ type: 'starts-with' }, 'a.b', { scorer: 'matches' }, '^a\\.b'],
    [{ type: 'not-regex' }, '^x', { scorer: 'matches', not: true }, '^x'],
    [{ type: 'levenshtein' }, 'x', { scorer: 'levenshtein_distance', atMost: 5 }, 'x'],
    [{ type: 'bleu', threshold: 0.3 }, 'x', { scorer: 'bleu', atLeast: 30 }, ['x']],
    [{ type: 'not-is-refusal' }, undefined, { scorer: 'refusal', not: true }, 'refuse'],
  ])('%j becomes a scorer', (assertion, value, scorer, expected) => {
    expect(mapAssertion(assertion, value)).toMatchObject({ kind: 'scorer', scorer, expected });
  });
});

describe('a provider', () => {
  it('of a chat keeps its parameters and never a key', () => {
    const mapped = mapProvider({
      id: 'openai:chat:gpt-5',
      label: 'big',
      config: { temperature: 0, apiKey: 'sk-secret', apiBaseUrl: 'http://127.0.0.1:1/v1/' },
    });
    expect(mapped).toMatchObject({
      kind: 'target',
      label: 'big',
      target: {
        url: 'http://127.0.0.1:1/v1/chat/completions',
        model: 'gpt-5',
        parameters: { temperature: 0 },
      },
    });
    expect(JSON.stringify(mapped)).not.toContain('sk-secret');
  });

  it('over HTTP keeps references to the environment and variables, and no secret', () => {
    const mapped = mapProvider({
      id: 'http://127.0.0.1:1/{{lang}}',
      config: {
        headers: { authorization: 'Bearer abc', 'x-team': '{{env.TEAM}}' },
        body: '{"q": "{{prompt}}", "who": "{{user}}"}',
        transformResponse: "json['a b'].list[0].text",
      },
    });
    expect(mapped).toMatchObject({
      target: {
        url: `http://127.0.0.1:1/\${metadata.vars.lang}`,
        headers: { authorization: `\${env:TARGET_AUTHORIZATION}`, 'x-team': `\${env:TEAM}` },
        body: { q: `\${input}`, who: `\${metadata.vars.user}` },
        output: '/a b/list/0/text',
      },
    });
    expect(JSON.stringify(mapped)).not.toContain('abc');
  });

  it('may be written with its id as a key', () => {
    expect(mapProvider({ 'ollama:chat:llama3': { config: { temperature: 1 } } })).toMatchObject({
      target: { model: 'llama3', url: 'http://localhost:11434/v1/chat/completions' },
    });
  });
});

describe('a template', () => {
  it('fills names and paths, and refuses what it cannot do', () => {
    const vars = { a: 'x', b: { c: [1, 'y'] }, again: '{{a}}!', loop: '{{loop}}' };
    expect(renderTemplate('{{a}} {{ b.c[1] }} {{b.c}} {{none}} {{again}}', vars)).toEqual({
      isRendered: true,
      text: 'x y [1,"y"]  x!',
    });
    expect(renderTemplate('{{loop}}', vars).isRendered).toBe(true);
    for (const text of ['{{ a | upper }}', '{% if a %}x{% endif %}', '{{ env.KEY }}', '{{ a + b }}'])
      expect(renderTemplate(text, vars).isRendered, text).toBe(false);
    expect(renderTemplate('{{constructor}}{{a.length}}', vars)).toEqual({ isRendered: true, text: '' });
  });
});

describe('a row of a table of tests', () => {
  it('has variables, assertions and columns of its own', () => {
    expect(
      csvTest({
        q: 'x',
        __expected: 'contains: a: b',
        __expected2: '3:4',
        __expected3: 'levenshtein(2): z',
        '__metadata:k': 'v',
        __prefix: 'p',
      }),
    ).toEqual({
      vars: { q: 'x' },
      assert: [
        { type: 'contains', value: 'a: b' },
        { type: 'equals', value: '3:4' },
        { type: 'levenshtein', value: 'z', threshold: 2 },
      ],
      metadata: { k: 'v' },
      __prefix: 'p',
    });
  });
});
