import { z } from 'zod';
import { EVALUATION_DEFAULTS } from '../defaults.ts';
import { ENV_NAME, INPUT } from '../placeholder.ts';
import type { Reading } from '../scalars/reading.ts';
import { show } from '../scalars/show.ts';
import { timeLimit } from './duration.ts';
import { jsonPointer } from './evaluate-schema.ts';
import { listedPrice } from './listed-price.ts';
import { choice, flag, type IssueNotes, quantity, scalar, sentence } from './scalar.ts';

const SECRET_HEADERS = /^(authorization|proxy-authorization|x-api-key|api-key|cookie)$/i;

/** An address with path and query, which may hold references to the environment. */
export const address = () =>
  scalar<string>(
    (value): Reading<string> => {
      if (typeof value !== 'string')
        return { problem: `expected an address such as http://127.0.0.1:8000/answer, got ${show(value)}` };
      const plain = value.replace(/\$\{[^}]*\}/g, 'x');
      if (/^[\w.-]+(:\d+)?(\/|$)/.test(value) && !/^https?:/.test(value))
        return {
          problem: `${show(value)} does not begin with http:// or https://`,
          suggestion: `http://${value}`,
        };
      // Where the whole address comes from the environment, it is looked at when the run starts.
      if (value.startsWith('${env:')) return { value };
      if (!URL.canParse(plain) || !/^https?:$/.test(new URL(plain).protocol))
        return { problem: `${show(value)} is no http or https address` };
      const url = new URL(plain);
      return url.username !== '' || url.password !== ''
        ? { problem: 'an address must not carry a user name or password' }
        : { value };
    },
    { type: 'string', minLength: 1 },
  );

const headers = () =>
  z
    .record(z.string(), z.string())
    .prefault({})
    .superRefine((given, context) => {
      for (const [name, value] of Object.entries(given)) {
        if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
          context.addIssue({
            code: 'custom',
            message: 'is not the name of a header',
            path: [name],
            params: {},
          });
        if (SECRET_HEADERS.test(name) && !value.includes('${env:')) {
          const notes: IssueNotes = { suggestion: ENV_NAME };
          const message = 'a secret is given by reference only, never by value';
          context.addIssue({ code: 'custom', message, path: [name], params: { ...notes } });
        }
      }
    });

export const evalHeaders = () =>
  headers().describe(
    `Sent with every request. ${ENV_NAME} is filled in when the run starts and written nowhere.`,
  );

const shape = {
  label: sentence('a name', 200).optional().describe('As reports call it. Default: its address.'),
  protocol: choice(['openai', 'http', 'open-inference'])
    .optional()
    .describe(
      'How it is asked when there is no body here. Default: openai where the address ends in /chat/completions, otherwise http.',
    ),
  url: address().describe('The whole address, such as http://127.0.0.1:8000/v1/chat/completions.'),
  method: choice(['GET', 'POST']).prefault('POST').describe('How it is asked.'),
  headers: evalHeaders(),
  model: sentence('a model', 400).optional().describe('With openai: the model to ask.'),
  parameters: z
    .record(z.string(), z.unknown())
    .prefault({})
    .describe('With openai: further members of the body, such as {temperature: 0, max_tokens: 200}.'),
  body: z
    .unknown()
    .optional()
    .describe(
      `Any JSON. ${INPUT}, and likewise input.member, id, metadata.field, are filled in for each case. Default: by protocol.`,
    ),
  output: jsonPointer()
    .optional()
    .describe('JSON pointer to what is scored. Default: by protocol; with http the whole answer.'),
  stream: flag()
    .prefault(false)
    .describe('The answer comes as server-sent events; time to the first token is measured.'),
  timeout: timeLimit().prefault(EVALUATION_DEFAULTS.timeout).describe('For each attempt.'),
  usage: z
    .strictObject({
      input: jsonPointer().describe('To the number of tokens read.'),
      output: jsonPointer().describe('To the number of tokens written.'),
    })
    .optional()
    .describe('Where an answer says how many tokens it used. Default: as OpenAI does.'),
  price: z
    .union([
      listedPrice(),
      z.strictObject({
        input: quantity({ zero: true }).describe('For a million tokens read.'),
        output: quantity({ zero: true }).describe('For a million tokens written.'),
      }),
    ])
    .optional()
    .describe(
      'US dollars, or a listed price by its name such as openai/gpt-4o-mini. Left out: the cost is not known.',
    ),
  version: sentence('a version', 200)
    .optional()
    .describe(
      'Tells apart what answers at the same address at different times; kept answers of another version are not used.',
    ),
} as const;

export const evalTargetSchema = z.strictObject(shape).describe('What is measured.');

export const evalBaselineSchema = z
  .union([
    z.strictObject({
      run: sentence('a run', 1_000).describe('Id of an earlier run, its beginning, or a file.'),
    }),
    z.strictObject(shape),
  ])
  .describe('What the target is compared with on the same cases: another endpoint, or an earlier run.');

export type EvalTargetInput = z.output<typeof evalTargetSchema>;
