import { z } from 'zod';
import { SCORERS } from '../../core/scorers/registry.ts';
import { closest } from '../closest.ts';
import { EVALUATION_DEFAULTS } from '../defaults.ts';
import { checkLoadRequirement } from './check-load-requirement.ts';
import { duration } from './duration.ts';
import { evalFaultsSchema } from './eval-faults-schema.ts';
import { evalLoadSchema } from './eval-load-schema.ts';
import { companionNames } from './eval-model-schema.ts';
import { evalRepeatsSchema, powerNames } from './eval-repeats-schema.ts';
import { evalRequirementSchema } from './eval-requirement-schema.ts';
import type { EvalScorerInput } from './eval-scorer-schema.ts';
import { evalScorerSchema } from './eval-scorer-schema.ts';
import { evalBaselineSchema, evalTargetSchema } from './eval-target-schema.ts';
import { choice, count, flag, type IssueNotes, quantity, sentence } from './scalar.ts';
import { probability } from './share.ts';

const { fields: usual } = EVALUATION_DEFAULTS;
const field = (name: string, what: string) => sentence('a field', 400).prefault(name).describe(what);

const golden = z
  .union([
    sentence('a path', 4_096),
    z.strictObject({
      file: sentence('a path', 4_096).describe('Relative to this file: .jsonl, .csv, .tsv or .parquet.'),
      fields: z
        .strictObject({
          id: field(usual.id, 'The field with the name of each case.'),
          input: field(usual.input, 'The field that is asked.'),
          expected: field(usual.expected, 'The field with what would be right.'),
          tags: field(usual.tags, 'The field with the slices.'),
          weight: field(usual.weight, 'The field with the weight.'),
        })
        .prefault({})
        .describe('How the file calls the parts of a case.'),
    }),
  ])
  .describe(
    'The golden set: a path relative to this file, {file, fields}, or a suite such as tidegate:refusal.',
  );

/** Metrics that every run has. */
const MEASURED = ['error_rate', 'latency', 'first_token', 'tokens', 'cost'];
const OF_CALLS = ['latency', 'first_token', 'tokens', 'cost'];

/** tidegate-eval.yaml. */
export const evalSchema = z
  .strictObject({
    name: sentence('a name', 200)
      .optional()
      .describe('What the run is called. Default: that of the golden set.'),
    golden,
    trainingData: sentence('a path', 4_096)
      .optional()
      .describe('What the model was trained on: cases that occur in it exactly or nearly are reported.'),
    target: evalTargetSchema,
    baseline: evalBaselineSchema.optional(),
    scorers: z.array(evalScorerSchema).min(1).max(100).describe('What is measured of each answer.'),
    tools: sentence('a path', 4_096)
      .optional()
      .describe('A JSON file with tools as OpenAI’s API takes them, for valid_tool_calls.'),
    repeats: evalRepeatsSchema.prefault(EVALUATION_DEFAULTS.repeats),
    concurrency: count(1, 1_024)
      .prefault(EVALUATION_DEFAULTS.concurrency)
      .describe('Cases under way at once.'),
    load: evalLoadSchema.optional(),
    faults: evalFaultsSchema.optional(),
    require: z
      .array(z.union([choice(['fallback']), evalRequirementSchema]))
      .max(100)
      .prefault([])
      .describe('What must be shown for a pass; fallback stands for what `faults` says must come back.'),
    stopEarly: flag()
      .prefault(false)
      .describe('Ask cases in a drawn order and end as soon as the requirements are settled.'),
    about: choice(['population', 'set'])
      .prefault(EVALUATION_DEFAULTS.about)
      .describe(
        'What requirements are held to: population, all that the golden set is a sample of, by intervals; or set, exactly these cases, as they were counted.',
      ),
    budget: z
      .strictObject({
        calls: count(1, Number.MAX_SAFE_INTEGER)
          .optional()
          .describe('Calls, repeats and second attempts included.'),
        tokens: count(1, Number.MAX_SAFE_INTEGER).optional().describe('Tokens read and written.'),
        usd: quantity({ zero: false }).optional().describe('US dollars, by the prices of the targets.'),
        time: duration({ zero: false }).optional().describe('From the first call on.'),
      })
      .prefault({})
      .describe('The run stops cleanly before it goes over one of these; the verdict is then inconclusive.'),
    inconclusive: choice(['fail', 'pass'])
      .prefault(EVALUATION_DEFAULTS.inconclusive)
      .describe('What an inconclusive verdict means for the exit code: 5 for fail, 0 for pass.'),
    errors: probability()
      .prefault(EVALUATION_DEFAULTS.errors)
      .describe('With a greater share of cases in error, the verdict is never a pass.'),
    confidence: probability().prefault(EVALUATION_DEFAULTS.confidence).describe('Of two-sided intervals.'),
    seed: count(0, 2 ** 31)
      .prefault(EVALUATION_DEFAULTS.seed)
      .describe('Of everything that is drawn.'),
  })
  .superRefine((given, context) => {
    const issue = (message: string, path: (string | number)[], suggestion?: string): void => {
      const notes: IssueNotes = suggestion === undefined ? {} : { suggestion };
      context.addIssue({ code: 'custom', message, path, params: { ...notes } });
    };
    const scorers = new Map<string, (typeof given.scorers)[number]>();
    given.scorers.forEach((scorer, index) => {
      const name = scorer.name ?? scorer.scorer;
      if (scorers.has(name))
        issue(`there is another scorer named ${name}`, ['scorers', index], 'a name of its own');
      if (MEASURED.includes(name)) issue(`${name} is measured anyway`, ['scorers', index]);
      scorers.set(name, scorer);
    });
    // What comes of the same judgements has a name too.
    given.scorers.forEach((scorer, index) => {
      for (const name of companionNames(scorer)) {
        if (scorers.has(name))
          issue(`${name} is measured with ${scorer.name ?? scorer.scorer}`, ['scorers', index]);
        scorers.set(name, scorer);
      }
    });
    for (const [index, name] of (given.repeats.passedBy ?? []).entries()) {
      const scorer = scorers.get(name);
      const at = ['repeats', 'passedBy', index];
      if (scorer === undefined)
        issue(`there is no scorer named ${name}`, at, closest(name, [...scorers.keys()]));
      else if (!scoresSingleCases(scorer))
        issue(`${name} does not score single answers from 0 to 1, so it cannot say whether one passes`, at);
    }
    for (const [index, name] of (given.faults?.scenarios ?? []).entries()) {
      const named = { ...given.faults?.fallback.scores, ...name.fallback?.scores };
      for (const scorer of Object.keys(named))
        if (!scorers.has(scorer))
          issue(
            `there is no scorer named ${scorer}`,
            ['faults', 'scenarios', index],
            closest(scorer, [...scorers.keys()]),
          );
    }
    given.require.forEach((requirement, index) => {
      if (requirement === 'fallback') {
        if (given.faults === undefined)
          issue('nothing says what must come back when what fails', ['require', index], 'faults: …');
        return;
      }
      const { metric, percentile, bound, unit, slice } = requirement;
      const at = ['require', index];
      if (metric.startsWith('load.') && !scorers.has(metric)) {
        const problem = checkLoadRequirement(requirement, given.load, given.target.stream);
        if (problem !== null) issue(problem.message, [...at, problem.key], problem.suggestion);
        return;
      }
      const known = [...scorers.keys(), ...MEASURED, ...given.repeats.ks.flatMap(powerNames)];
      if (!known.includes(metric)) {
        const names = known.join(', ');
        const message = `there is no metric ${metric}; there are ${names}`;
        issue(message, [...at, 'metric'], closest(metric, known));
        return;
      }
      if (requirement.leastKappa !== undefined && scorers.get(metric)?.calibration === undefined)
        issue(
          `nothing says how well ${metric} agrees with people`,
          [...at, 'leastKappa'],
          'calibration: FILE in the scorer',
        );
      if (metric === 'first_token' && !given.target.stream)
        issue('only a stream has a first token', [...at, 'metric'], 'stream: true in the target');
      if (metric === 'cost' && given.target.price === undefined)
        issue('without prices the cost is not known', [...at, 'metric'], 'price: {…} in the target');
      if (percentile !== null && !OF_CALLS.includes(metric))
        issue(`a percentile is of ${OF_CALLS.join(', ')}`, [...at, 'percentile']);
      if (percentile !== null && slice.kind === 'worst')
        issue('a percentile is of all cases or of one slice', [...at, 'worstSlice']);
      if (unit === 'duration' && metric !== 'latency' && metric !== 'first_token')
        issue(`${metric} is no duration`, [...at, bound.kind]);
      if (unit === 'share' && !isShare(metric, scorers.get(metric)))
        issue(`${metric} is no share, so its bound is a plain number`, [...at, bound.kind]);
    });
    const { target, baseline } = given;
    for (const [one, path] of [
      [target, 'target'],
      [baseline !== undefined && 'url' in baseline ? baseline : undefined, 'baseline'],
    ] as const) {
      if (one === undefined) continue;
      const isOpenai = one.protocol === 'openai' || (one.protocol === undefined && isChatAddress(one.url));
      if (isOpenai && one.body === undefined && one.model === undefined)
        issue('with openai, the model or the whole body is needed', [path, 'url'], 'model: …');
      if (JSON.stringify([one.url, one.body ?? null]).includes('${expected'))
        issue('a request that holds what is expected gives the answer away', [path]);
    }
  });

export const isChatAddress = (url: string): boolean => /\/chat\/completions\/?(\?.*)?$/.test(url);

const isShare = (metric: string, given: EvalScorerInput | undefined): boolean => {
  if (metric === 'error_rate' || /^pass[@^]/.test(metric)) return true;
  if (given === undefined) return false;
  if (given.atLeast !== undefined || given.atMost !== undefined) return true;
  if (given.scorer === 'json_schema') return true;
  if (!Object.hasOwn(SCORERS, given.scorer)) return given.range.least >= -1 && given.range.greatest <= 1;
  const [least, greatest] = SCORERS[given.scorer as keyof typeof SCORERS].range;
  return least >= -1 && greatest <= 1;
};

/** From 0 to 1. */
const scoresSingleCases = ({ scorer, range, atLeast, atMost }: EvalScorerInput): boolean => {
  if (atLeast !== undefined || atMost !== undefined || scorer === 'json_schema') return true;
  if (!Object.hasOwn(SCORERS, scorer)) return range.least === 0 && range.greatest === 1;
  const [least, greatest] = SCORERS[scorer as keyof typeof SCORERS].range;
  return least === 0 && greatest === 1;
};

export type EvalInput = z.output<typeof evalSchema>;
