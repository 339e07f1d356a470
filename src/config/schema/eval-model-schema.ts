import { z } from 'zod';
import { companionsOf } from '../../core/judging/companions.ts';
import { CHECK_LIMITS } from '../check-limits.ts';
import { EVALUATION_DEFAULTS } from '../defaults.ts';
import { readSecretReference, SECRET_PATTERN } from '../scalars/secret-reference.ts';
import { timeLimit } from './duration.ts';
import { address, evalHeaders } from './eval-target-schema.ts';
import { jsonPointer } from './evaluate-schema.ts';
import { onnxModel } from './onnx-model-schema.ts';
import { count, type IssueNotes, quantity, scalar, sentence } from './scalar.ts';
import { probability } from './share.ts';

/** The scorers that ask a model, and which of the keys below each has besides `endpoint`. */
export const MODEL_SCORERS = {
  judge: ['rubric', 'scale', 'context', 'judgements', 'calibration'],
  pairwise: ['rubric', 'against', 'context', 'judgements', 'calibration'],
  groundedness: ['context', 'judgements', 'calibration'],
  context_precision: ['context', 'judgements'],
  context_recall: ['context', 'judgements'],
  embedding_similarity: ['onnx'],
  moderation: ['categories'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ModelScorerName = keyof typeof MODEL_SCORERS;

export const MODEL_SCORER_NAMES = Object.keys(MODEL_SCORERS) as ModelScorerName[];

export const isModelScorer = (name: string): name is ModelScorerName => Object.hasOwn(MODEL_SCORERS, name);

const { judgements, scale } = EVALUATION_DEFAULTS.judge;
/** More grades than this nobody tells apart. */
const WIDEST_SCALE = 10;

const endpoint = z
  .strictObject({
    url: address().describe('The whole address, such as https://api.example.com/v1/chat/completions.'),
    model: sentence('a model', 400).describe('The model to ask.'),
    headers: evalHeaders(),
    apiKey: scalar<string>(readSecretReference, { type: 'string', pattern: SECRET_PATTERN })
      .optional()
      .describe('Sent as a bearer token: env:NAME or file:/path. Left out: none is sent.'),
    parameters: z
      .record(z.string(), z.unknown())
      .prefault({})
      .describe('Further members of the body, such as {temperature: 0}.'),
    timeout: timeLimit().prefault(EVALUATION_DEFAULTS.timeout).describe('For each attempt.'),
    price: z
      .strictObject({
        input: quantity({ zero: true }).describe('For a million tokens read.'),
        output: quantity({ zero: true }).describe('For a million tokens written.'),
      })
      .optional()
      .describe('US dollars. Left out: what scoring costs is not known.'),
    version: sentence('a version', 200)
      .optional()
      .describe('Tells apart what answers at the same address at different times.'),
  })
  .describe('Of a judge or an embedding model, behind an OpenAI-compatible API.');

/** Keys of the scorers that ask a model. */
export const modelScorerShape = {
  endpoint: endpoint.optional(),
  onnx: onnxModel.optional(),
  rubric: sentence('a rubric', CHECK_LIMITS.rubricCharacters)
    .optional()
    .describe('With judge and pairwise: what a good answer is, in words.'),
  scale: z
    .strictObject({
      least: count(-100, 100).describe('The worst grade.'),
      greatest: count(-100, 100).describe('The best grade.'),
    })
    .optional()
    .describe(
      `With judge: whole grades; the score is where the grade lies between them. Default: ${scale.least} to ${scale.greatest}.`,
    ),
  against: jsonPointer()
    .optional()
    .describe(
      'With pairwise: JSON pointer into the case to the other answer. Default: what the baseline answers.',
    ),
  context: z
    .strictObject({
      case: jsonPointer().optional().describe('JSON pointer into the case, such as /metadata/context.'),
      output: jsonPointer().optional().describe('JSON pointer into the output, such as /documents.'),
    })
    .optional()
    .describe('Where the texts stand that an answer was given from: a text, or a list.'),
  judgements: z
    .strictObject({
      least: count(1, 50).prefault(judgements.least).describe('Each answer is judged at least so often.'),
      most: count(1, 50).prefault(judgements.most).describe('And at most so often.'),
      within: probability()
        .prefault(judgements.within)
        .describe('Until one more judgement would move the mean by no more than this.'),
    })
    .optional()
    .describe('How often an answer is judged. Default: once.'),
  categories: z
    .array(sentence('a category', 200))
    .min(1)
    .optional()
    .describe('With moderation: what counts, by the names of the endpoint. Default: whatever it flags.'),
  calibration: sentence('a path', 4_096)
    .optional()
    .describe('The file that `tidegate eval calibrate` writes, relative to this one.'),
} as const;

/** Names of the further metrics that a scorer brings. */
export const companionNames = ({
  scorer,
  name,
}: {
  readonly scorer: string;
  readonly name?: string | undefined;
}): string[] =>
  scorer === 'pairwise' || scorer === 'groundedness'
    ? companionsOf(scorer).map(({ suffix }) => `${name ?? scorer}${suffix}`)
    : [];

const shape = z.object(modelScorerShape);

type Given = z.output<typeof shape> & { readonly scorer: string; readonly not: boolean } & {
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
};

/** Says what is wrong with the keys of models in one line of `scorers`. */
export const checkModelScorer = (
  given: Given,
  issue: (message: string, path: string[], notes?: IssueNotes) => void,
): void => {
  const { scorer } = given;
  const own: readonly string[] = isModelScorer(scorer) ? ['endpoint', ...MODEL_SCORERS[scorer]] : [];
  for (const key of Object.keys(modelScorerShape) as (keyof typeof modelScorerShape)[])
    if (given[key] !== undefined && !own.includes(key))
      issue(`does not belong to the scorer ${scorer}`, [key]);
  if (!isModelScorer(scorer)) return;
  const need = (key: keyof Given, suggestion: string): void => {
    if (given[key] === undefined) issue(`the scorer ${scorer} needs ${key}`, ['scorer'], { suggestion });
  };
  if (given.onnx === undefined) need('endpoint', 'endpoint: {url: …, model: …}');
  else if (given.endpoint !== undefined) issue('there is one model: endpoint, or onnx', ['onnx']);
  if (scorer === 'judge' || scorer === 'pairwise') need('rubric', 'rubric: …');
  if (scorer === 'groundedness' || scorer.startsWith('context_'))
    need('context', 'context: {case: /metadata/…}');
  const { context, scale: grades, judgements: times, endpoint: model } = given;
  if (model?.apiKey !== undefined && Object.keys(model.headers).some((name) => /^authorization$/i.test(name)))
    issue('there is one key: apiKey, or the header', ['endpoint', 'apiKey']);
  if (context !== undefined && (context.case === undefined) === (context.output === undefined))
    issue('the context stands in the case or in the output: one of the two', ['context']);
  if (
    grades !== undefined &&
    !(grades.least < grades.greatest && grades.greatest - grades.least <= WIDEST_SCALE)
  )
    issue(`the least grade is below the greatest, by at most ${WIDEST_SCALE}`, ['scale']);
  if (times !== undefined && times.least > times.most)
    issue('at least is more than at most', ['judgements', 'least']);
  if (
    scorer === 'embedding_similarity' &&
    given.not &&
    given.atLeast === undefined &&
    given.atMost === undefined
  )
    issue('a cosine has no opposite from 0 to 1; it needs atLeast or atMost', ['not']);
};
