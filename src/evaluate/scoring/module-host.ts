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

const replyTo = async (given: unknown, output: unknown): Promise<object> => {
  if (score === null) return { error: problem };
  try {
    // Scorers written for autoevals take one object, `{input, output, expected}`.
    const result: unknown = await score({ ...(given as object), output }, output);
    return typeof result === 'object' && result !== null ? withRationale(result) : { score: result ?? null };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
};

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

for await (const line of createInterface({ input: process.stdin })) {
  const { id, case: given, output } = JSON.parse(line) as { id: number; case: unknown; output: unknown };
  void replyTo(given, output).then((reply) => write(`${JSON.stringify({ ...reply, id })}\n`));
}
