/** A process that scores with the default export of a module: JSON lines in, JSON lines out, as `command-scorer.ts` speaks them. */
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

type Score = (given: unknown, output: unknown) => unknown;

const [file = ''] = process.argv.slice(2);
const write = process.stdout.write.bind(process.stdout);
// What the module prints must not stand between the replies.
process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;

let score: Score | null = null;
let problem = '';
try {
  const module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  if (typeof module.default === 'function') score = module.default as Score;
  else problem = `${file} has no function as its default export`;
} catch (error) {
  problem = error instanceof Error ? error.message : String(error);
}

const replyOf = (result: unknown): object =>
  typeof result === 'object' && result !== null ? withRationale(result) : { score: result ?? null };
const failure = (error: unknown): object => ({
  error: error instanceof Error ? error.message : String(error),
});

/** Replies at once where the score is there at once: the next case may hold this process for good. */
const scoreLine = (line: string): void => {
  const { id, case: given, output } = JSON.parse(line) as { id: number; case: unknown; output: unknown };
  const say = (reply: object): void => {
    write(`${JSON.stringify({ ...reply, id })}\n`);
  };
  say({ started: true });
  try {
    // Scorers written for autoevals take one object, `{input, output, expected}`.
    const result = score === null ? { error: problem } : score({ ...(given as object), output }, output);
    if (isPromise(result))
      result.then(
        (settled: unknown) => say(replyOf(settled)),
        (error: unknown) => say(failure(error)),
      );
    else say(replyOf(result));
  } catch (error) {
    say(failure(error));
  }
};

const isPromise = (result: unknown): result is PromiseLike<unknown> =>
  typeof (result as { readonly then?: unknown } | null | undefined)?.then === 'function';

/** autoevals says why under `metadata.rationale`. */
const withRationale = (result: object): object => {
  const { metadata, reason } = result as {
    readonly metadata?: { readonly rationale?: unknown };
    readonly reason?: unknown;
  };
  return reason === undefined && typeof metadata?.rationale === 'string'
    ? { ...result, reason: metadata.rationale }
    : result;
};

for await (const line of createInterface({ input: process.stdin })) scoreLine(line);
