import { z } from 'zod';
import { SERVICE_DEFAULTS } from '../defaults.ts';
import { INPUT } from '../placeholder.ts';
import { JSON_POINTER_PATTERN, readJsonPointer } from '../scalars/json-pointer.ts';
import { show } from '../scalars/show.ts';
import { timeLimit } from './duration.ts';
import type { IssueNotes } from './scalar.ts';
import { count, scalar } from './scalar.ts';
import { requestPath } from './serving-schema.ts';

export const jsonPointer = () =>
  scalar<string>(readJsonPointer, { type: 'string', pattern: JSON_POINTER_PATTERN, maxLength: 1_024 });

/** The golden set stays outside the release, so it may stand outside the folder too. */
const relativePath = () =>
  scalar<string>(
    (value) => {
      if (typeof value !== 'string' || value.trim() === '')
        return { problem: `expected a path, got ${show(value)}` };
      if (value.startsWith('/')) return { problem: `${show(value)} must be relative to this file` };
      return { value: value.trim() };
    },
    { type: 'string', minLength: 1 },
  );

const label = scalar<string>(
  (value) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? { value: String(value) }
      : { problem: 'expected a label' },
  { type: ['string', 'number', 'boolean'] },
);

const request = z.strictObject({
  path: requestPath().optional().describe('Default: by protocol.'),
  body: z
    .unknown()
    .optional()
    .superRefine((body, context) => {
      if (body === undefined || JSON.stringify(body).includes(INPUT)) return;
      const notes: IssueNotes = { suggestion: `"${INPUT}" where the case’s input belongs` };
      const message = `the body contains no ${INPUT}, so every case would send the same request`;
      context.addIssue({ code: 'custom', message, params: { ...notes } });
    })
    .describe(`Any JSON; ${INPUT} is replaced by the input of each case. Default: by protocol.`),
});

/** `evaluate`: the golden set and how it is asked. What it must show is up to the policy of the environment. */
export const evaluateSchema = z
  .strictObject({
    golden: relativePath()
      .optional()
      .describe('JSON lines: {"id", "input", "expected"}. Relative to this file.'),
    file: relativePath()
      .optional()
      .describe(
        'Instead of a golden set and how it is asked: a tidegate-eval.yaml, with its scorers, requirements and budget. Relative to this file.',
      ),
    request: request
      .prefault({})
      .describe('What is sent (POST) for each case. With protocol http it must be given.'),
    answer: jsonPointer()
      .optional()
      .describe('JSON pointer to the label in the answer. Default: by protocol; with http the whole answer.'),
    positive: label
      .optional()
      .describe('The label that precision and recall are about. Default: averages over labels.'),
    concurrency: count(1, 1_024)
      .prefault(SERVICE_DEFAULTS.evaluation.concurrency)
      .describe('Cases under way at once.'),
    timeout: timeLimit().prefault(SERVICE_DEFAULTS.evaluation.timeout).describe('For each case.'),
  })
  .meta({ oneOf: [{ required: ['golden'] }, { required: ['file'] }] })
  .describe('The evaluation on a golden set. Left out: the service has none.');
