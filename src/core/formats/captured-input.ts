import type { CapturedBody } from '../capture/capture.ts';
import { isPlainObject } from './plain-object.ts';

export type CapturedInput =
  | {
      readonly isThere: true;
      readonly input: unknown;
      /** How the service was asked, as targets of evaluations call it. */
      readonly protocol: 'openai' | 'open-inference' | 'http';
    }
  /** Completes a sentence that begins with the request. */
  | { readonly isThere: false; readonly why: string };

/** What a captured request asked, as the `input` of a case: the messages of a chat, the text of an inference, or the body as it is. */
export const capturedInput = (body: CapturedBody): CapturedInput => {
  switch (body.kind) {
    case 'none':
      return { isThere: false, why: 'has no body' };
    case 'left-out':
      return { isThere: false, why: `was not kept (${body.why})` };
    case 'text':
    case 'json':
      if (body.isCut === true)
        return { isThere: false, why: 'was kept in part only, and part of a question is another question' };
      return body.kind === 'text'
        ? { isThere: true, input: body.text, protocol: 'http' }
        : ofJson(body.value);
  }
};

const ofJson = (value: unknown): CapturedInput => {
  if (value === null) return { isThere: false, why: 'holds null' };
  if (isPlainObject(value)) {
    if (Array.isArray(value.messages)) return { isThere: true, input: value.messages, protocol: 'openai' };
    const inputs: readonly unknown[] = Array.isArray(value.inputs) ? value.inputs : [];
    const data = inputs.length === 1 && isPlainObject(inputs[0]) ? inputs[0].data : undefined;
    if (Array.isArray(data) && data.length === 1)
      return { isThere: true, input: data[0], protocol: 'open-inference' };
  }
  return { isThere: true, input: value, protocol: 'http' };
};
