import { z } from 'zod';
import { makeScorer, SCORERS, type ScorerName } from '../../core/scorers/registry.ts';
import type { ScorerEntry } from '../../core/scorers/scorer-entry.ts';
import { EVALUATION_DEFAULTS } from '../defaults.ts';
import { schemaProblem } from '../output-schema.ts';
import { show } from '../scalars/show.ts';
import { timeLimit } from './duration.ts';
import {
  checkModelScorer,
  isModelScorer,
  MODEL_SCORER_NAMES,
  modelScorerShape,
} from './eval-model-schema.ts';
import { evalHeaders } from './eval-target-schema.ts';
import { jsonPointer } from './evaluate-schema.ts';
import { choice, flag, type IssueNotes, scalar, sentence } from './scalar.ts';

const OWN = ['json_schema', 'command', 'module', 'http'] as const;
const names = [...(Object.keys(SCORERS) as ScorerName[]), ...OWN, ...MODEL_SCORER_NAMES];

const finite = () =>
  scalar<number>(
    (value) =>
      typeof value === 'number' && Number.isFinite(value)
        ? { value }
        : { problem: `expected a number, got ${show(value)}` },
    { type: 'number' },
  );

const METRIC_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;

/** Which keys belong to which of the scorers that are not in the registry. */
const KEYS_OF: Readonly<Record<string, readonly string[]>> = {
  json_schema: ['schema'],
  command: ['command', 'timeout', 'better', 'version'],
  module: ['file', 'timeout', 'better', 'version'],
  http: ['url', 'headers', 'timeout', 'better', 'version'],
};
const NEEDED: Readonly<Record<string, string>> = {
  json_schema: 'schema',
  command: 'command',
  module: 'file',
  http: 'url',
};

const scorerMap = z
  .strictObject({
    scorer: choice(names).describe('Which one; docs/evaluation.md lists them.'),
    name: scalar<string>(
      (value) =>
        typeof value === 'string' && METRIC_NAME.test(value)
          ? { value }
          : {
              problem: `${show(value)} is not a name: a letter first, then letters, digits, _ and -, at most 63`,
            },
      { type: 'string', pattern: METRIC_NAME.source },
    )
      .optional()
      .describe('As findings and requirements call it. Default: the name of the scorer.'),
    options: z.record(z.string(), z.unknown()).prefault({}).describe('What the scorer can be told.'),
    from: jsonPointer().prefault('').describe('JSON pointer into the output. Default: all of it.'),
    expected: jsonPointer()
      .prefault('/expected')
      .describe('JSON pointer into the case to what would be right, such as /metadata/grades.'),
    group: jsonPointer()
      .optional()
      .describe(
        'JSON pointer into the case to the group, for scores of fairness, such as /metadata/country.',
      ),
    positive: sentence('a label', 400)
      .optional()
      .describe('The label that counts as yes, for probabilities and decisions. Default: true, 1, yes.'),
    only: sentence('a tag', 400).optional().describe('Only cases with this tag have the score.'),
    atLeast: finite().optional().describe('The score becomes 1 where it is at least this, else 0.'),
    atMost: finite().optional().describe('The score becomes 1 where it is at most this, else 0.'),
    not: flag().prefault(false).describe('The opposite: 1 minus the score, of scores from 0 to 1.'),
    schema: z
      .unknown()
      .optional()
      .describe('With json_schema: a JSON Schema, or the path of a file with one.'),
    command: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('With command: the program and its arguments. It reads and writes JSON lines.'),
    file: sentence('a path', 4_096)
      .optional()
      .describe('With module: a TypeScript or JavaScript module whose default export scores one answer.'),
    url: sentence('an address', 4_096).optional().describe('With http: each answer is posted there.'),
    headers: evalHeaders(),
    timeout: timeLimit()
      .prefault(EVALUATION_DEFAULTS.scorerTimeout)
      .describe('For one answer, with command, module and http.'),
    better: choice(['higher', 'lower'])
      .prefault('higher')
      .describe('Of an own scorer: which scores are good.'),
    range: z
      .strictObject({
        least: finite().prefault(0).describe('The least score it gives.'),
        greatest: finite().prefault(1).describe('The greatest score it gives.'),
      })
      .prefault({})
      .describe('Of an own scorer. A score outside is a fault of the scorer.'),
    version: sentence('a version', 200)
      .prefault('1')
      .describe('Of an own scorer. Scores of different versions are not compared.'),
    ...modelScorerShape,
  })
  .superRefine((given, context) => {
    const issue = (message: string, path: string[], notes: IssueNotes = {}): void =>
      context.addIssue({ code: 'custom', message, path, params: { ...notes } });
    const { scorer } = given;
    const own = KEYS_OF[scorer] ?? [];
    const needed = NEEDED[scorer];
    if (needed !== undefined && given[needed as keyof typeof given] === undefined)
      issue(`the scorer ${scorer} needs ${needed}`, ['scorer'], { suggestion: `${needed}: …` });
    for (const key of ['schema', 'command', 'file', 'url'] as const)
      if (given[key] !== undefined && !own.includes(key))
        issue(`belongs to the scorer ${Object.keys(NEEDED).find((name) => NEEDED[name] === key)} only`, [
          key,
        ]);
    checkModelScorer(given, issue);
    const turned = turnProblem(given);
    if (turned !== null) issue(turned.message, [turned.key]);
    if (given.range.least >= given.range.greatest)
      issue('the least score is not below the greatest', ['range', 'least']);
    if (needed !== undefined || isModelScorer(scorer)) {
      for (const option of Object.keys(given.options))
        issue(`the scorer ${scorer} has no options`, ['options', option]);
      if (typeof given.schema === 'object' || typeof given.schema === 'boolean') {
        const problem = schemaProblem(given.schema);
        if (problem !== null) issue(problem, ['schema']);
      }
      return;
    }
    const made = makeScorer(scorer as ScorerName, given.options);
    if (!made.isMade) issue(made.message, made.option === null ? ['options'] : ['options', made.option]);
    else if (made.scorer.ofCase === null && (given.atLeast ?? given.atMost ?? given.not) !== false)
      issue(`${scorer} has a score of whole sets only, so nothing can be made of single ones`, ['scorer']);
    if (SCORERS[scorer as ScorerName].input === 'group' && given.group === undefined)
      issue(`the scorer ${scorer} needs to know the group of each case`, ['scorer'], {
        suggestion: 'group: /metadata/…',
      });
  });

/** What keeps `atLeast`, `atMost` or `not` from meaning anything for this scorer. */
const turnProblem = ({
  scorer,
  range,
  atLeast,
  atMost,
  not,
}: {
  readonly scorer: string;
  readonly range: { readonly least: number; readonly greatest: number };
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
  readonly not: boolean;
}): { readonly key: string; readonly message: string } | null => {
  const hasBound = atLeast !== undefined || atMost !== undefined;
  if (!hasBound && !not) return null;
  const key = atLeast !== undefined ? 'atLeast' : atMost !== undefined ? 'atMost' : 'not';
  if (atLeast !== undefined && atMost !== undefined)
    return { key, message: 'there may be one of atLeast and atMost' };
  const entry: ScorerEntry | null = Object.hasOwn(SCORERS, scorer)
    ? (SCORERS[scorer as ScorerName] as unknown as ScorerEntry)
    : null;
  const [least, greatest] =
    entry?.range ?? (scorer === 'json_schema' ? [0, 1] : [range.least, range.greatest]);
  return not && !hasBound && (least !== 0 || greatest !== 1)
    ? { key, message: `only scores from 0 to 1 have an opposite; those of ${scorer} need atLeast or atMost` }
    : null;
};

const scorerWord = choice(names)
  .refine((name) => NEEDED[name] === undefined && !isModelScorer(name), 'needs more than its name')
  .transform((scorer) => scorerMap.parse({ scorer }));

/** One line of `scorers`: a name, or a map. */
export const evalScorerSchema = z.union([scorerWord, scorerMap]);

export type EvalScorerInput = z.output<typeof scorerMap>;
