import type { EvaluationProtocol, TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import { isNestedDeeper, MOST_NESTED } from '../is-nested-deeper.ts';
import { atPointer } from '../json-pointer.ts';

export type ReadResponse =
  | {
      readonly isRead: true;
      readonly output: unknown;
      readonly tokens: { readonly input: number; readonly output: number } | null;
    }
  | { readonly isRead: false; readonly reason: 'not-json' | 'no-output'; readonly detail: string };

type Reading = Pick<TargetSpec, 'protocol' | 'output' | 'usage'>;

/** Takes output and tokens out of an answer that came in one piece. Text without JSON is an output of its own where the protocol is http. */
export const readResponse = (text: string, contentType: string, target: Reading): ReadResponse => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (target.protocol === 'http' && target.output === null && /^text\/plain\b/i.test(contentType))
      return { isRead: true, output: text, tokens: null };
    return { isRead: false, reason: 'not-json', detail: `${contentType}, which is not JSON` };
  }
  return readValue(value, target);
};

/** The same of a value, such as one that a stream was put together to. */
export const readValue = (value: unknown, { protocol, output, usage }: Reading): ReadResponse => {
  const pointer = output ?? USUAL_OUTPUT[protocol];
  const found = atPointer(value, pointer);
  const answer = protocol === 'openai' && output === null ? ofMessage(found) : found;
  if (answer === undefined || (answer === null && protocol === 'openai'))
    return {
      isRead: false,
      reason: 'no-output',
      detail: `nothing at ${pointer === '' ? 'the top' : pointer}`,
    };
  if (isNestedDeeper(answer))
    return { isRead: false, reason: 'not-json', detail: `JSON nested deeper than ${MOST_NESTED} levels` };
  const read = atPointer(value, usage.input);
  const written = atPointer(value, usage.output);
  const isCounted = typeof read === 'number' || typeof written === 'number';
  const tokens = isCounted ? { input: counted(read), output: counted(written) } : null;
  return { isRead: true, output: answer, tokens };
};

/** What is no number counts nothing; an object made a number could throw. */
const counted = (value: unknown): number => (typeof value === 'number' ? value : 0);

const USUAL_OUTPUT: Readonly<Record<EvaluationProtocol, string>> = {
  openai: '/choices/0/message',
  'open-inference': '/outputs/0/data/0',
  http: '',
};

/** The text of a message; together with the tools that it calls where it calls some. */
const ofMessage = (message: unknown): unknown => {
  if (typeof message !== 'object' || message === null) return undefined;
  const { content, tool_calls: calls, refusal } = message as Record<string, unknown>;
  if (Array.isArray(calls) && calls.length > 0) return { content: content ?? '', tool_calls: calls };
  return content ?? (typeof refusal === 'string' ? refusal : undefined);
};
