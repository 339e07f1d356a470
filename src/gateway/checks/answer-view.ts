import { assembleChat } from './assemble-chat.ts';
import { eventsIn } from './server-sent-events.ts';

/** A complete answer as it came over the wire, decoded. */
export interface WireAnswer {
  readonly status: number;
  /** Value of the header, perhaps empty. */
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** What checks look at. */
export interface AnswerView {
  readonly status: number;
  /** The parsed answer; its text when it is no JSON. */
  readonly answer: unknown;
  readonly isJson: boolean;
  readonly text: string;
}

const decoder = new TextDecoder();

/**
 * Reads an answer the way checks and judges see it. A streamed one is put together first: OpenAI chunks become the
 * completion they stand for, other server-sent events and lines of JSON become a list.
 */
export function viewAnswer({ status, contentType, body }: WireAnswer): AnswerView {
  const text = decoder.decode(body);
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase();
  if (type === 'text/event-stream') return assembled(status, text, eventsIn(text));
  if (type === 'application/x-ndjson' || type === 'application/jsonl')
    return assembled(
      status,
      text,
      text.split('\n').filter((line) => line.trim() !== ''),
    );
  const parsed = parseJson(text);
  return parsed.isJson
    ? { status, answer: parsed.value, isJson: true, text }
    : { status, answer: text, isJson: false, text };
}

/** Pieces that are not all JSON are no JSON answer; their text goes without the framing then. */
function assembled(status: number, text: string, pieces: readonly string[]): AnswerView {
  const values: unknown[] = [];
  for (const piece of pieces) {
    if (piece === '[DONE]') continue;
    const parsed = parseJson(piece);
    if (!parsed.isJson) {
      const joined = pieces.length === 0 ? text : pieces.join('\n');
      return { status, answer: joined, isJson: false, text: joined };
    }
    values.push(parsed.value);
  }
  const answer = assembleChat(values) ?? values;
  return { status, answer, isJson: true, text: JSON.stringify(answer) };
}

function parseJson(text: string): { isJson: true; value: unknown } | { isJson: false } {
  try {
    return { isJson: true, value: JSON.parse(text) as unknown };
  } catch {
    return { isJson: false };
  }
}
