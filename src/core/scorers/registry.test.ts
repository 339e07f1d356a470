import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScorerName } from './registry.ts';
import { makeScorer, SCORERS } from './registry.ts';
import type { Scorer } from './scorer.ts';
import type { InputKind, ScorerInputs } from './scorer-inputs.ts';

const word = fc.constantFrom('a', 'b', 'the', 'cat', 'Cat.', '3', '', 'x y z', 'é', '😀', 'a,b\nc');
const text = fc.array(word, { maxLength: 8 }).map((words) => words.join(' '));
const label = fc.constantFrom('x', 'y', 'z');
const tenth = fc.integer({ min: 0, max: 10 }).map((n) => n / 10);
const ids = fc.constantFrom('d1', 'd2', 'd3', 'd4', 'd5');
const calls = fc.array(
  fc.record({
    name: fc.constantFrom('search', 'pay'),
    arguments: fc.constantFrom({}, { a: 1 }, { a: 1.5, b: [] }),
  }),
  { maxLength: 4 },
);

const cases: { readonly [Kind in InputKind]: fc.Arbitrary<ScorerInputs[Kind]> } = {
  text: fc.record({ output: text, references: fc.array(text, { minLength: 1, maxLength: 3 }) }),
  json: fc.record({ output: fc.jsonValue().map((value) => JSON.stringify(value)), expected: fc.jsonValue() }),
  output: fc.record({ output: text }),
  number: fc.record({ expected: fc.integer({ min: -5, max: 5 }), answered: fc.integer({ min: -5, max: 5 }) }),
  label: fc.record({ expected: label, answered: fc.option(label) }),
  probability: fc.record({ isPositive: fc.boolean(), probability: tenth }),
  'class-probabilities': fc.record({
    expected: label,
    probabilities: fc
      .record({ x: tenth, y: tenth, z: tenth })
      .map(({ x, y, z }) => ({ x: x / 3, y: y / 3, z: z / 3 })),
  }),
  ranking: fc.record({
    ranked: fc.array(ids, { maxLength: 6 }),
    relevance: fc.dictionary(ids, fc.integer({ min: -1, max: 3 })),
  }),
  group: fc.record({ group: label, deserved: fc.boolean(), selected: fc.boolean() }),
  'tool-calls': fc.record({ expected: calls, called: calls }),
};

const made = (name: ScorerName, options?: Readonly<Record<string, unknown>>) => {
  const result = makeScorer(name, options, { isValidCall: (call) => call.name === 'pay' });
  if (!result.isMade) throw new Error(result.message);
  // Names are looped over, so the compiler cannot tell which cases each takes.
  return { ...result, scorer: result.scorer as unknown as Scorer<unknown> };
};

/** Reads the references as patterns, which generated texts are not always. */
const optionsOf = (name: ScorerName) => (name === 'matches' ? { pattern: 'a|the' } : undefined);

/** Most scorers take any case of their kind; these two know what a reference may be. */
const casesOf = (name: ScorerName): fc.Arbitrary<unknown> => {
  const referring = (...references: string[]) =>
    fc.record({
      output: text,
      references: fc.constantFrom(...references).map((reference) => [reference]),
    });
  if (name === 'no_canary') return referring('catcat', 'the cat 3', 'zephyr');
  return name === 'refusal' ? referring('refuse', 'answer') : cases[SCORERS[name].input];
};

describe.each(Object.keys(SCORERS) as ScorerName[])('%s', (name) => {
  const { range } = SCORERS[name];
  const { scorer } = made(name, optionsOf(name));
  const set = fc.array(casesOf(name), { minLength: 1, maxLength: 8 });

  it('stays in its range, for sets and for single cases', () => {
    const isInRange = (score: number | null) =>
      score === null || (score >= range[0] - 1e-12 && score <= range[1] * (1 + 1e-12) + 1e-12);
    fc.assert(
      fc.property(set, (all) => {
        expect(isInRange(scorer.prepare(all)())).toBe(true);
        for (const one of all) expect(isInRange(scorer.ofCase?.(one) ?? null)).toBe(true);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('takes a weight for so many equal cases', () => {
    fc.assert(
      fc.property(
        set,
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 8, maxLength: 8 }),
        (all, weights) => {
          const repeated = all.flatMap((one, i) => new Array<unknown>(weights[i]!).fill(one));
          const [one, other] = [scorer.prepare(all)(weights), scorer.prepare(repeated)()];
          // R2 is undefined for a single case, however often it counts.
          if (name === 'r2' && all.length === 1) return;
          expect(one === null).toBe(other === null);
          if (one !== null && other !== null)
            expect(Math.abs(one - other)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(other)));
        },
      ),
      { numRuns: 60, seed: 2 },
    );
  });

  it('gives the same for cases that come one by one', () => {
    fc.assert(
      fc.property(set, (all) => {
        const collection = scorer.start();
        for (const one of all) collection.add(one);
        expect(collection.finish()()).toEqual(scorer.prepare(all)());
      }),
      { numRuns: 30, seed: 4 },
    );
  });

  it('scores a set of one like the case', () => {
    if (scorer.ofCase === null) return;
    const { ofCase } = scorer;
    fc.assert(
      fc.property(casesOf(name), (one) => {
        expect(scorer.prepare([one])()).toEqual(ofCase(one));
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  it('has no score for no cases', () => {
    expect(scorer.prepare([])()).toBeNull();
    expect(scorer.start().finish()()).toBeNull();
  });
});

it('refuses options that do not exist or do not fit, and says which', () => {
  expect(makeScorer('bleu', { tokeniser: 'char' })).toMatchObject({ isMade: false, option: 'tokeniser' });
  expect(makeScorer('bleu', { tokenizer: 'zh' })).toMatchObject({ isMade: false, option: 'tokenizer' });
  expect(makeScorer('bleu', { maxOrder: 2.5 })).toMatchObject({ isMade: false, option: 'maxOrder' });
  expect(makeScorer('numeric', { relative: Number.NaN })).toMatchObject({
    isMade: false,
    option: 'relative',
  });
  expect(makeScorer('no_personal_data', { kinds: ['name'] })).toMatchObject({
    isMade: false,
    option: 'kinds',
  });
  expect(makeScorer('f1', { average: 'binary' })).toMatchObject({ isMade: false, option: null });
  expect(makeScorer('matches', { pattern: '(' })).toMatchObject({ isMade: false, option: null });
});

it('takes a number for a choice that looks like one, as YAML reads it without quotes', () => {
  expect(made('f1', { average: 'macro', zeroDivision: 0 }).signature).toBe(
    made('f1', { average: 'macro', zeroDivision: '0' }).signature,
  );
  expect(made('rouge', { variant: 1 }).signature).toContain('variant:1|');
  expect(makeScorer('f1', { zeroDivision: 7 })).toMatchObject({ isMade: false, option: 'zeroDivision' });
});

describe('signatures', () => {
  it('say everything that changes a score', () => {
    expect(made('bleu').signature).toBe(
      'bleu|tokenizer:13a|smoothing:exp|smoothingValue:-|effectiveOrder:no|lowercase:no|maxOrder:4|as:sacrebleu-2.6.0|v:1',
    );
    expect(made('rouge', { variant: '2', stemmer: true }).signature).toBe(
      'rouge|variant:2|stemmer:yes|part:f|as:rouge-score-0.1.2|v:1',
    );
    expect(made('accuracy').signature).toBe('accuracy|as:scikit-learn-1.9.1|v:1');
  });

  it('cannot be forged by a value', () => {
    const signature = made('matches', { pattern: 'a|ignoreCase:yes, b' }).signature;
    expect(signature).toContain('pattern:a%7CignoreCase%3Ayes%2C%20b|ignoreCase:no');
  });

  it('do not depend on the order in which a set of choices is written', () => {
    const one = made('no_personal_data', { kinds: ['card', 'iban'] }).signature;
    expect(made('no_personal_data', { kinds: ['iban', 'card'] }).signature).toBe(one);
  });
});
