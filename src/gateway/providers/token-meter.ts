import type { IncomingHttpHeaders } from 'node:http';
import { cutLines, type LineCutter } from '../http/cut-lines.ts';
import type { UsageFields } from './usage-fields.ts';

/** What an answer said about its tokens while it passed. */
export interface TokenMeter {
  /** Takes the chunk as it is; `nowMs` is monotonic. */
  take(chunk: Buffer, nowMs: number): void;
  /** To be called when the answer is over, also when it was cut. */
  end(): void;
  /** Null: it did not say. */
  readonly input: number | null;
  readonly output: number | null;
  /** Of the input, out of the maker's cache and into it. */
  readonly cached: number | null;
  readonly written: number | null;
  /** As the answer calls it, where it says its tokens. */
  readonly model: string | null;
  /** When the first piece of the answer itself came; null before, and for answers that come as a whole. */
  readonly firstTokenAtMs: number | null;
  /** A stream said that it failed, in an event of its own. */
  readonly hasFailed: boolean;
}

/** Longer answers and events keep their counts to themselves: the counts stand near the end, so the end is what is kept. */
const KEPT_BYTES = 256 * 1024;
/** Events that come before any piece of the answer: Anthropic's `message_start` and `ping`, `response.created` and its like. */
const PREAMBLE = [
  '"message_start"',
  '"ping"',
  '"content_block_start"',
  '"response.created"',
  '"response.in_progress"',
  '"response.output_item.added"',
  '"response.content_part.added"',
].map((text) => Buffer.from(text));
/** How an event begins that says so, however it is spaced; `"error": null` says that all is well. */
const FAILURE = /^\{\s*"(?:error"\s*:\s*(?!null|\s)|(?:type|object)"\s*:\s*"error")/;
/** More than the pattern needs. */
const FAILURE_BYTES = 48;
const FAILED_RESPONSE = Buffer.from('"response.failed"');

/**
 * Reads how many tokens there were, and when the first one came, from an answer in the form of one of `tables`. Nothing of it is
 * changed or held back. Null for answers that cannot be read: those that are compressed, or are no JSON and no stream.
 */
export function openTokenMeter(
  tables: readonly UsageFields[],
  headers: IncomingHttpHeaders,
  isStream: boolean,
): TokenMeter | null {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return null;
  if (!isStream && headers['content-type']?.startsWith('application/json') !== true) return null;
  const meter = {
    input: null as number | null,
    output: null as number | null,
    cached: null as number | null,
    written: null as number | null,
    model: null as string | null,
    firstTokenAtMs: null as number | null,
    hasFailed: false,
  };
  const marks = marksOf(tables);
  const found = (value: unknown): void => {
    const counts = countsIn(value, tables);
    // The input stands in one event, the output in another; the later event knows better.
    meter.input = counts.input ?? meter.input;
    meter.output = counts.output ?? meter.output;
    meter.cached = counts.cached ?? meter.cached;
    meter.written = counts.written ?? meter.written;
    meter.model = counts.model ?? meter.model;
  };
  return isStream
    ? Object.assign(meter, streamMeter(meter, marks, found))
    : Object.assign(meter, wholeMeter(marks, found));
}

type Reading = { firstTokenAtMs: number | null; hasFailed: boolean };
type Taker = Pick<TokenMeter, 'take' | 'end'>;

function streamMeter(reading: Reading, marks: readonly Buffer[], found: (value: unknown) => void): Taker {
  let nowMs = 0;
  const lines: LineCutter = cutLines(KEPT_BYTES, (line) => {
    const start = line.indexOf(123);
    // Comments, names of events and `[DONE]` hold nothing.
    if (start === -1 || start > 16) return;
    if (reading.firstTokenAtMs === null && !PREAMBLE.some((mark) => line.includes(mark)))
      reading.firstTokenAtMs = nowMs;
    if (
      !reading.hasFailed &&
      (FAILURE.test(line.toString('latin1', start, start + FAILURE_BYTES)) || line.includes(FAILED_RESPONSE))
    )
      reading.hasFailed = true;
    if (!marks.some((mark) => line.includes(mark))) return;
    const value = parsed(line.subarray(start));
    if (value !== null) found(value);
  });
  return {
    take(chunk, atMs) {
      nowMs = atMs;
      lines.take(chunk);
    },
    end: lines.end,
  };
}

function wholeMeter(marks: readonly Buffer[], found: (value: unknown) => void): Taker {
  let chunks: Buffer[] = [];
  let bytes = 0;
  return {
    take(chunk) {
      bytes += chunk.length;
      if (bytes <= KEPT_BYTES) chunks.push(chunk);
      else chunks = [];
    },
    end() {
      if (chunks.length === 0) return;
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      chunks = [];
      if (!marks.some((mark) => body.includes(mark))) return;
      const value = parsed(body);
      if (value !== null) found(value);
    },
  };
}

const known = new WeakMap<readonly UsageFields[], readonly Buffer[]>();

/** What must stand in a text for it to say anything. `"usage":null` in every event of a stream is not worth a look. */
function marksOf(tables: readonly UsageFields[]): readonly Buffer[] {
  let marks = known.get(tables);
  if (marks === undefined) {
    marks = [...new Set(tables.flatMap(({ input, output }) => [`"${input}"`, `"${output}"`]))].map((text) =>
      Buffer.from(text),
    );
    known.set(tables, marks);
  }
  return marks;
}

type Data = Readonly<Record<string, unknown>>;

const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: Buffer): Data | null {
  try {
    const value: unknown = JSON.parse(text.toString('utf8'));
    return isData(value) ? value : null;
  } catch {
    return null;
  }
}

/** Also where the answer is a member of an event: `message` (Anthropic), `response` (OpenAI's responses). */
function countsIn(value: unknown, tables: readonly UsageFields[]): Counts {
  for (const place of [value, isData(value) ? value.message : null, isData(value) ? value.response : null]) {
    if (!isData(place)) continue;
    for (const { at, input, output, besideInput, cached, written } of tables) {
      const counts = at === null ? place : place[at];
      if (!isData(counts)) continue;
      const own = countAt(counts, input);
      const out = countAt(counts, output);
      if (own === null && out === null) continue;
      const beside = (besideInput ?? []).reduce((sum, name) => sum + (countAt(counts, name) ?? 0), 0);
      return {
        input: own === null ? null : own + beside,
        output: out,
        cached: countBelow(counts, cached),
        written: countBelow(counts, written),
        model: typeof place.model === 'string' ? place.model : null,
      };
    }
  }
  return { input: null, output: null, cached: null, written: null, model: null };
}

type Counts = Pick<TokenMeter, 'input' | 'output' | 'cached' | 'written' | 'model'>;

function countBelow(counts: Data, way: readonly string[] = []): number | null {
  const [name, below] = way;
  if (name === undefined) return null;
  if (below === undefined) return countAt(counts, name);
  const inner = counts[name];
  return isData(inner) ? countAt(inner, below) : null;
}

function countAt(counts: Data, name: string): number | null {
  const value = counts[name];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
