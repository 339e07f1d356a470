import { classOfStatus, ERROR_NAMES } from '../../core/translation/error-class.ts';
import { catalogue, type ErrorCode } from '../../errors.ts';

/** Paths by which clients of each interface are known, also below `/services/<service>`. */
const MESSAGES_PATH = /^\/(services\/[^/]+\/)?v1\/messages([/?]|$)/;
const MODEL_PATH = /^\/(services\/[^/]+\/)?(openai\/)?v1\//;
const INFERENCE_PATH = /^\/(services\/[^/]+\/)?v2(\/|$)/;

/** What one kind of client reads when the gateway itself refuses. */
interface RefusalShape {
  readonly path: RegExp;
  readonly contentType: string;
  readonly body: (code: ErrorCode, detail: string) => object;
}

/** Members of RFC 9457, but for its `type`, which Anthropic's clients take for their own. */
const described = (code: ErrorCode, detail: string): object => {
  const { title, status, todo } = catalogue[code];
  return { title, status, detail, code, todo };
};
const problem = (code: ErrorCode, detail: string): object => ({
  type: `urn:tidegate:problem:${code}`,
  ...described(code, detail),
});

/** A budget that is spent has the same status here as with those who sell models. */
const namesOf = (code: ErrorCode) => ERROR_NAMES[classOfStatus(catalogue[code].status)];

const PROBLEM = 'application/problem+json';

/** The first that fits the path; every one says all that a problem says, and beside it what its clients look for. */
const SHAPES: readonly RefusalShape[] = [
  {
    path: MESSAGES_PATH,
    contentType: 'application/json',
    body: (code, detail) => ({
      type: 'error',
      error: { type: namesOf(code).messages, message: detail },
      ...described(code, detail),
    }),
  },
  {
    path: MODEL_PATH,
    contentType: PROBLEM,
    body: (code, detail) => ({
      ...problem(code, detail),
      error: { message: detail, type: namesOf(code).chat.type, param: null, code },
    }),
  },
  {
    path: INFERENCE_PATH,
    contentType: PROBLEM,
    body: (code, detail) => ({ ...problem(code, detail), error: detail }),
  },
  { path: /^/, contentType: PROBLEM, body: problem },
];

/** How a refusal is written to whoever asks for this target. */
export function refusalFor(
  target: string,
  code: ErrorCode,
  detail: string,
): { readonly contentType: string; readonly body: string } {
  const shape = SHAPES.find(({ path }) => path.test(target))!;
  return { contentType: shape.contentType, body: JSON.stringify(shape.body(code, detail)) };
}
