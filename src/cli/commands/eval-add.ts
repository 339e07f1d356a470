import { relative, resolve } from 'node:path';
import { EVALUATION_DEFAULTS } from '../../config/defaults.ts';
import type { Capture } from '../../core/capture/capture.ts';
import { capturedInput } from '../../core/formats/captured-input.ts';
import type { PlainObject } from '../../core/formats/plain-object.ts';
import { TidegateError } from '../../errors.ts';
import { appendCase } from '../../evaluate/formats/append-case.ts';
import { readTextFile } from '../../evaluate/formats/read-yaml.ts';
import { readValue } from '../../evaluate/target/read-response.ts';
import type { CommandContext, CommandOptions, CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';

const MANY = (text: string): readonly string[] =>
  text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

export const evalAdd: CommandSpec = {
  name: 'add',
  summary: 'add a case to a golden set: what was asked in production, or a text',
  details:
    'The input is taken from what the gateway captured of an invocation (traffic.capture), redacted as it was kept; reading it is recorded. The golden set has another digest afterwards: ' +
    'runs that were made before keep naming theirs, and their verdicts stay what they are.',
  examples: [
    'tidegate eval add --from-invocation 01m7yz4k8d... --expected "We open at nine."',
    'tidegate eval add --from-invocation 01m7yz4k8d... --as-answered --tags regression',
    'tidegate eval add --input question.txt --id hours-7 --expected nine --to evals/golden.jsonl',
  ],
  options: [
    {
      flags: '--from-invocation <id>',
      summary: 'what this invocation asked (from the header tidegate-invocation)',
    },
    { flags: '--input <file>', summary: 'instead: the text of a file, or JSON where it ends in .json' },
    { flags: '--expected <text>', summary: 'what would be right' },
    { flags: '--expected-json <json>', summary: 'the same as JSON: several texts, a label, an object' },
    { flags: '--as-answered', summary: 'what was answered is right, and is expected from now on' },
    { flags: '--to <file>', summary: 'the golden set (default: ./golden.jsonl)' },
    { flags: '--id <id>', summary: 'of the case (default: that of the invocation)' },
    { flags: '--tags <tags>', summary: 'of the case, with commas between them', parse: MANY },
  ],
  uses: ['server', 'output'],
  async run(context) {
    const { io, options, palette, say, show } = context;
    const asked =
      typeof options.fromInvocation === 'string'
        ? await fromInvocation(context, options.fromInvocation)
        : fromFile(context);
    const expected = expectedOf(options, asked.answered);
    const path = resolve(io.cwd, typeof options.to === 'string' ? options.to : 'golden.jsonl');
    const tags = Array.isArray(options.tags) ? (options.tags as readonly string[]) : [];
    const line = {
      id: asked.id,
      input: asked.input,
      ...(expected === undefined ? {} : { expected }),
      ...(tags.length === 0 ? {} : { tags }),
      ...(asked.metadata === null ? {} : { metadata: asked.metadata }),
    };
    const { before, after, findings } = await appendCase(path, EVALUATION_DEFAULTS.fields, line);
    for (const { message } of findings)
      say(`${palette.warn('!')} the case ${JSON.stringify(asked.id)} ${message}`);
    for (const note of asked.notes) say(`${palette.warn('!')} ${note}`);
    if (expected === undefined)
      say(`${palette.warn('!')} it names nothing that is expected; --expected says what would be right`);
    const name = relative(io.cwd, path);
    show(
      {
        golden: name,
        case: line,
        cases: after.cases,
        digest: after.digest,
        digestBefore: before?.digest ?? null,
      },
      () =>
        [
          `${palette.good('✔')} ${name}: ${after.cases === 1 ? '1 case' : `${after.cases} cases`} with ${asked.id}`,
          before === null
            ? `Digest ${short(after.digest)}`
            : `Digest ${short(before.digest)} is ${short(after.digest)} now; runs made before keep naming theirs`,
        ].join('\n'),
    );
    return exitCode.good;
  },
};

interface Asked {
  readonly id: string;
  readonly input: unknown;
  /** Undefined where it is not known. */
  readonly answered: unknown;
  readonly metadata: PlainObject | null;
  readonly notes: readonly string[];
}

const fromInvocation = async ({ options, connect }: CommandContext, invocation: string): Promise<Asked> => {
  const capture = await (await connect()).readCapture(invocation);
  if (capture === null)
    throw new TidegateError('not-found', `Nothing is captured of invocation ${invocation}.`, {
      todo: 'Look at `traffic.capture` of the service (a very new one may need a second), or give the input with --input.',
    });
  const found = capturedInput(capture.request.body);
  if (!found.isThere)
    throw new TidegateError('import-unusable', `The request of ${invocation} ${found.why}.`, {
      todo: 'Give the input with --input.',
    });
  const redacted = Object.entries(capture.redacted).map(([what, count]) => `${what} ${count}×`);
  return {
    id: typeof options.id === 'string' ? options.id : invocation,
    input: found.input,
    answered: answeredOf(capture, found.protocol),
    metadata: {
      invocation,
      at: capture.at,
      environment: capture.environment,
      service: capture.service,
      release: capture.release,
      status: capture.response.status,
    },
    notes: redacted.length === 0 ? [] : [`it was redacted before it was kept: ${redacted.join(', ')}`],
  };
};

const answeredOf = (
  { response: { status, body } }: Capture,
  protocol: 'openai' | 'open-inference' | 'http',
): unknown => {
  if (status < 200 || status > 299 || (body.kind !== 'json' && body.kind !== 'text') || body.isCut === true)
    return undefined;
  if (body.kind === 'text') return body.text;
  const read = readValue(body.value, { protocol, output: null, usage: { input: '', output: '' } });
  return read.isRead ? read.output : undefined;
};

const fromFile = ({ io, options }: CommandContext): Asked => {
  const { input: file, id } = options;
  if (typeof file !== 'string')
    throw new TidegateError('bad-request', 'Which question? Neither an invocation nor a file is named.', {
      todo: 'Give --from-invocation ID or --input FILE.',
    });
  if (typeof id !== 'string')
    throw new TidegateError('bad-request', 'A case needs an id.', { todo: 'Give it with --id.' });
  const path = resolve(io.cwd, file);
  const text = readTextFile(path);
  const input = file.endsWith('.json') ? parsed(text, file) : text.trimEnd();
  return { id, input, answered: undefined, metadata: null, notes: [] };
};

const expectedOf = (options: CommandOptions, answered: unknown): unknown => {
  const given = ['expected', 'expectedJson', 'asAnswered'].filter((name) => options[name] !== undefined);
  if (given.length > 1)
    throw new TidegateError('bad-request', 'What is expected is said in more than one way.', {
      todo: 'Give one of --expected, --expected-json and --as-answered.',
    });
  if (typeof options.expected === 'string') return options.expected;
  if (typeof options.expectedJson === 'string') return parsed(options.expectedJson, '--expected-json');
  if (options.asAnswered !== true) return undefined;
  if (answered !== undefined) return answered;
  throw new TidegateError('bad-request', 'There is no whole answer that could be expected from now on.', {
    todo: 'Say what would be right with --expected.',
  });
};

const parsed = (text: string, what: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TidegateError('bad-request', `${what} is not valid JSON.`, { cause, todo: 'Correct it.' });
  }
};

const short = (digest: string): string => digest.slice(0, 'sha256:'.length + 12);
