import { z } from 'zod';
import type { Sticky, StickySource } from '../../core/routing/sticky.ts';
import { JSON_POINTER_PATTERN, readJsonPointer } from '../scalars/json-pointer.ts';
import { readToken, TOKEN_PATTERN } from '../scalars/token.ts';
import { choice, scalar, sentence } from './scalar.ts';

const token = () => scalar<string>(readToken, { type: 'string', pattern: TOKEN_PATTERN, maxLength: 128 });

const field = scalar<string>(
  (value) => {
    const reading = readJsonPointer(value);
    if ('value' in reading && reading.value === '')
      return { problem: 'a whole body is nobody’s key', suggestion: '/user' };
    return reading;
  },
  { type: 'string', pattern: JSON_POINTER_PATTERN, minLength: 1, maxLength: 1_024 },
);

const source = {
  header: token().optional().describe('Requests with the same value of this header get the same release.'),
  cookie: token()
    .optional()
    .describe('Requests with the same value of this cookie get the same release; who has none is given one.'),
  field: field
    .optional()
    .describe('JSON pointer to a text or number in the body of the request, such as /user.'),
  claim: sentence('a claim', 256)
    .optional()
    .describe('Claim of the caller’s token: a name such as sub, or a JSON pointer.'),
  conversation: choice(['body'])
    .optional()
    .describe(
      'body: /conversation/id, /conversation, /metadata/conversation_id, /metadata/session_id or /metadata/thread_id, the first that is there.',
    ),
} as const;

const KINDS = ['header', 'cookie', 'field', 'claim', 'conversation'] as const;

/** What `conversation: body` stands for. A release keeps the list that it was sealed with. */
const CONVERSATION_FIELDS = [
  '/conversation/id',
  '/conversation',
  '/metadata/conversation_id',
  '/metadata/session_id',
  '/metadata/thread_id',
];

type Given = { readonly [Kind in (typeof KINDS)[number]]?: string | undefined };

const oneOf = KINDS.map((kind) => ({ required: [kind] }));
const SOURCES_AT_MOST = 8;

const listed = z
  .strictObject(source)
  .meta({ oneOf })
  .superRefine((given, context) => {
    if (kindsOf(given).length !== 1)
      context.addIssue({ code: 'custom', message: `a source takes one of ${KINDS.join(', ')}` });
  });

/** `traffic.sticky`: one source, or several of which the first that has a key counts. */
export const stickySchema = z
  .strictObject({
    ...source,
    from: z
      .array(listed)
      .min(1, 'at least one source')
      .max(SOURCES_AT_MOST, `at most ${SOURCES_AT_MOST} sources`)
      .optional()
      .describe('Several sources: the first that has a key counts.'),
    unit: choice(['key', 'request'])
      .prefault('key')
      .describe(
        'What counts as one outcome: each key once (right for any users), or each request (sooner, but only right where users do not differ in how often their requests fail).',
      ),
  })
  .meta({ oneOf: [...oneOf, { required: ['from'] }] })
  .superRefine((given, context) => {
    const written = kindsOf(given).length + (given.from === undefined ? 0 : 1);
    const issue = (message: string): void => context.addIssue({ code: 'custom', message });
    if (written !== 1) issue(`sticky takes one of ${KINDS.join(', ')} and from`);
    else if (sourcesOf(given).length > SOURCES_AT_MOST)
      issue(`these are ${sourcesOf(given).length} places to look at, of ${SOURCES_AT_MOST} at most`);
  })
  .transform((given): Sticky | null => {
    const [first, ...otherwise] = sourcesOf(given);
    if (first === undefined) return null;
    return {
      ...first,
      ...(otherwise.length > 0 && { otherwise }),
      ...(given.unit === 'request' && { unit: 'request' as const }),
    };
  })
  .optional()
  .describe(
    'Keeps a user, or a conversation, on one release during a rollout. Default: each request is drawn by itself.',
  );

const kindsOf = (given: Given): readonly (typeof KINDS)[number][] =>
  KINDS.filter((kind) => given[kind] !== undefined);

const sourcesOf = ({ from, ...own }: Given & { from?: readonly Given[] | undefined }): StickySource[] =>
  (from ?? [own]).flatMap((given) => kindsOf(given).flatMap((kind) => spelledOut(kind, given[kind]!)));

/** Header names know no case; the others do. */
const spelledOut = (kind: (typeof KINDS)[number], name: string): StickySource[] => {
  if (kind === 'conversation') return CONVERSATION_FIELDS.map((pointer) => ({ by: 'field', name: pointer }));
  return [{ by: kind, name: kind === 'header' ? name.toLowerCase() : name }];
};
