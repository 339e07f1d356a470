import type { ServerResponse } from 'node:http';
import type { Answerer } from '../../testing/serve-answers.ts';

/** What a judge was asked, read as strictly as a program can: quotations by their marks. */
export interface AskedOfJudge {
  readonly about: 'rubric' | 'pairwise' | 'claims' | 'support' | 'usefulness';
  readonly rubric: string;
  /** By what is quoted, such as `answer`, `claim 2`. */
  readonly quoted: ReadonlyMap<string, string>;
  /** From 1. */
  readonly call: number;
}

/** What the judge says, as JSON; a text is said as it stands. Undefined: it has answered the request itself. */
export type JudgeRule = (asked: AskedOfJudge, response: ServerResponse) => unknown;

/** A chat completion endpoint whose model is a rule. It uses 100 tokens to read and 10 to write. */
export const judgeAnswerer =
  (rule: JudgeRule): Answerer =>
  (body, response, call) => {
    const said = rule(readAsked(body, call), response);
    if (said === undefined) return undefined;
    return {
      choices: [
        {
          message: { role: 'assistant', content: typeof said === 'string' ? said : JSON.stringify(said) },
        },
      ],
      usage: { prompt_tokens: 100, completion_tokens: 10 },
    };
  };

const readAsked = (body: unknown, call: number): AskedOfJudge => {
  const { messages } = body as { readonly messages: readonly { role: string; content: string }[] };
  const [system, user] = messages;
  if (messages.length !== 2 || system?.role !== 'system' || user?.role !== 'user')
    throw new RangeError('not a system message and one of the user');
  const mark = /the mark ([0-9a-f]{32})\./.exec(system.content)?.[1] ?? 'none';
  const quoted = new Map<string, string>();
  for (const block of user.content.split('\n\n')) {
    const lines = block.split('\n');
    const what = /^<<(.+) ([0-9a-f]{32})>>$/.exec(lines[0] ?? '');
    if (lines.length !== 3 || what?.[2] !== mark || lines[2] !== `<<end of ${what[1]} ${mark}>>`)
      throw new RangeError(`no quotation: ${block}`);
    quoted.set(what[1] ?? '', JSON.parse(lines[1] ?? '') as string);
  }
  const about = quoted.has('answer A')
    ? 'pairwise'
    : quoted.has('claim 1')
      ? 'support'
      : quoted.has('document 1')
        ? 'usefulness'
        : system.content.includes('{"claims"')
          ? 'claims'
          : 'rubric';
  return { about, rubric: system.content, quoted, call };
};

/**
 * An honest judge of sums: it grades by whether the reference is answered, prefers the answer that is the reference, takes texts apart at full stops, finds a
 * claim supported where a text of the context holds it, and a document useful where it holds the request.
 */
export const honestRule: JudgeRule = ({ about, quoted }) => {
  const texts = (what: string): string[] =>
    [...quoted].filter(([name]) => name.startsWith(`${what} `)).map(([, text]) => text);
  const verdicts = (of: readonly string[], word: (text: string) => string) => ({
    verdicts: of.map((text, place) => ({ number: place + 1, reason: `on ${text}`, verdict: word(text) })),
  });
  switch (about) {
    case 'rubric':
      return quoted.get('answer') === quoted.get('reference')
        ? { reason: 'it is the reference', score: 5 }
        : { reason: `not ${quoted.get('reference')}`, score: 2 };
    case 'pairwise': {
      const [a, b] = ['answer A', 'answer B'].map((name) => quoted.get(name) === quoted.get('reference'));
      return { reason: 'by the reference', better: a === b ? 'tie' : a ? 'A' : 'B' };
    }
    case 'claims':
      return {
        claims: (quoted.get('answer') ?? '')
          .split('.')
          .map((claim) => claim.trim())
          .filter((claim) => claim !== ''),
      };
    case 'support':
      return verdicts(texts('claim'), (claim) =>
        texts('context').some((text) => text.includes(claim)) ? 'supported' : 'absent',
      );
    case 'usefulness':
      return verdicts(texts('document'), (text) =>
        text.includes(quoted.get('request') ?? '') ? 'useful' : 'useless',
      );
  }
};
