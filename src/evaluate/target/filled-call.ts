import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import { fillInput } from './fill-input.ts';
import { fillAddress, fillTemplate } from './fill-template.ts';
import type { TargetFailure } from './target-answer.ts';

/** A request as it goes out. */
export interface FilledCall {
  readonly origin: string;
  readonly path: string;
  readonly body: string | null;
}

/** Makes the request for each case. An address without placeholders is the same for all, and is taken apart once. */
export const callFiller = (target: TargetSpec): ((one: EvaluationCase) => FilledCall | TargetFailure) => {
  let known: AddressParts | null = null;
  return (one) => {
    const parts = filledParts(target, one);
    if ('kind' in parts) return parts;
    const { url, body } = parts;
    if (known?.url !== url) known = addressParts(url, target.placeholders);
    if (known === null) return refuse('what comes out is no address');
    const { origin, path } = known;
    return { origin, path, body: body === undefined ? null : JSON.stringify(body) };
  };
};

/** The request for one case. */
export const filledCall = (target: TargetSpec, one: EvaluationCase): FilledCall | TargetFailure =>
  callFiller(target)(one);

interface AddressParts {
  readonly url: string;
  readonly origin: string;
  readonly path: string;
}

const addressParts = (url: string, placeholders: TargetSpec['placeholders']): AddressParts | null => {
  if (!URL.canParse(url)) return null;
  const { origin, pathname, search } = new URL(url);
  // A URL takes `..` out of the path, and spaces from its end.
  const path = placeholders === 'input' ? url.replace(/^[a-z]+:\/\/[^/?#]*/i, '') : pathname + search;
  return { url, origin, path };
};

/** Address and body of the request for a case; the body is undefined where there is none. */
export const filledParts = (
  target: TargetSpec,
  one: EvaluationCase,
): { readonly url: string; readonly body: unknown } | TargetFailure => {
  if (target.placeholders === 'input') {
    const { url, body } = fillInput(target, one.input);
    return { url, body: target.method === 'GET' ? undefined : body };
  }
  const address = fillAddress(target.url, one);
  if (!address.isFilled) return refuse(`the case has no ${address.missing}, which the address asks for`);
  const url = String(address.value);
  if (target.method === 'GET') return { url, body: undefined };
  const body = fillTemplate(bodyFor(target, one.input), one);
  if (!body.isFilled) return refuse(`the case has no ${body.missing}, which the body asks for`);
  return { url, body: body.value };
};

const refuse = (detail: string): TargetFailure => ({
  kind: 'error',
  reason: 'template',
  detail,
  latencyMs: 0,
});

// biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a template holds
const WHOLE_INPUT = '${input}';

/** A conversation in the golden set is sent as it is where the body would have put its text into one message. */
const bodyFor = ({ protocol, body }: TargetSpec, input: unknown): unknown => {
  const isConversation =
    Array.isArray(input) &&
    input.every((turn) => typeof turn === 'object' && turn !== null && 'role' in turn);
  if (protocol !== 'openai' || !isConversation) return body;
  const { messages } = body as { readonly messages?: unknown };
  const isUsual = JSON.stringify(messages) === JSON.stringify([{ role: 'user', content: WHOLE_INPUT }]);
  return isUsual ? { ...(body as object), messages: WHOLE_INPUT } : body;
};
