import { type Data, isData } from './read-members.ts';

/** Tokens of one answer. */
export interface UsageCounts {
  /** All of the request, also what came from a cache or went into one. */
  readonly input: number;
  readonly output: number;
  /** Of the input. */
  readonly cached: number;
  readonly written: number;
}

const countOf = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;

/** Counts of Messages; later events of a stream tell more, so what they leave out is taken from `before`. */
export function readMessagesUsage(usage: unknown, before: UsageCounts | null = null): UsageCounts | null {
  if (!isData(usage)) return before;
  const beside = before === null ? 0 : before.input - before.cached - before.written;
  const cached =
    usage.cache_read_input_tokens == null ? (before?.cached ?? 0) : countOf(usage.cache_read_input_tokens);
  const written =
    usage.cache_creation_input_tokens == null
      ? (before?.written ?? 0)
      : countOf(usage.cache_creation_input_tokens);
  const own = usage.input_tokens == null ? beside : countOf(usage.input_tokens);
  const output = usage.output_tokens == null ? (before?.output ?? 0) : countOf(usage.output_tokens);
  return { input: own + cached + written, output, cached, written };
}

export function readChatUsage(usage: unknown): UsageCounts | null {
  if (!isData(usage)) return null;
  const details = isData(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const input = countOf(usage.prompt_tokens);
  const cached = Math.min(input, countOf(details.cached_tokens));
  return {
    input,
    output: countOf(usage.completion_tokens),
    cached,
    written: Math.min(input - cached, countOf(details.cache_write_tokens)),
  };
}

export const chatUsage = ({ input, output, cached, written }: UsageCounts): Data => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cached, ...(written > 0 && { cache_write_tokens: written }) },
});

export const messagesUsage = ({ input, output, cached, written }: UsageCounts): Data => ({
  input_tokens: input - cached - written,
  cache_creation_input_tokens: written,
  cache_read_input_tokens: cached,
  output_tokens: output,
});

export const NO_USAGE: UsageCounts = { input: 0, output: 0, cached: 0, written: 0 };
