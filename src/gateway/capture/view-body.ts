import { brotliDecompressSync, constants, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import type { CapturedBody, LeftOutBody } from '../../core/capture/capture.ts';
import { cutTail, cutTails, cutTexts } from '../../core/capture/cut-tail.ts';
import { redactEvents } from '../../core/capture/redact-events.ts';
import type { TextRedactor } from '../../core/capture/redact-text.ts';
import { redactValue, type ValueRules } from '../../core/capture/redact-value.ts';
import { assembleChat } from '../checks/assemble-chat.ts';
import { eventsIn } from '../checks/server-sent-events.ts';

/** A body as it came over the wire. */
export interface WireBody {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly encoding: string;
  /** False: its end is missing. */
  readonly isWhole: boolean;
}

export interface BodyRules extends ValueRules {
  /** Places or names of the service are to be taken out, which only JSON has. */
  readonly needsJson: boolean;
  readonly bytesAtMost: number;
}

const DECODED_BYTES_AT_MOST = 4 * 1024 * 1024;
/** Parts of an assembled chat that a stream brings bit by bit. */
const GROWING = new Set(['content', 'text', 'refusal', 'arguments', 'name']);

/** The body redacted, or why it is left out. Never throws, and never gives out what could not be looked through. */
export function viewBody(body: WireBody, rules: BodyRules, redactor: TextRedactor): CapturedBody {
  if (body.bytes.length === 0) return { kind: 'none' };
  const leftOut = (why: LeftOutBody): CapturedBody => ({ kind: 'left-out', why, bytes: body.bytes.length });
  const type = body.contentType.split(';', 1)[0]!.trim().toLowerCase();
  const isStream = STREAMS.has(type);
  try {
    if (type.startsWith('multipart/')) return leftOut('not-text');
    if (!isStream && body.bytes.length > rules.bytesAtMost) return leftOut('too-large');
    if (!isStream && !body.isWhole) return leftOut('unreadable');
    const bytes = decode(body);
    if (bytes === null) return leftOut('unreadable');
    const text = textOf(bytes, body.isWhole);
    if (text === null) return leftOut('not-text');
    const view = isStream
      ? viewStream(text, type, body.isWhole, rules, redactor)
      : viewWhole(text, type, rules, redactor);
    if (view === null) return leftOut('not-json');
    return sizeOf(view) > rules.bytesAtMost && !isStream ? leftOut('too-large') : view;
  } catch {
    // Damaged, or nested too deeply.
    return leftOut('unreadable');
  }
}

const STREAMS = new Set(['text/event-stream', 'application/x-ndjson', 'application/jsonl']);

const sizeOf = (view: CapturedBody): number => Buffer.byteLength(JSON.stringify(view));

function viewWhole(
  text: string,
  type: string,
  rules: BodyRules,
  redactor: TextRedactor,
): CapturedBody | null {
  if (type === 'application/x-www-form-urlencoded') {
    const byName = new Map<string, string[]>();
    for (const [name, value] of new URLSearchParams(text)) {
      const values = byName.get(name);
      if (values === undefined) byName.set(name, [value]);
      else values.push(value);
    }
    const form = Object.fromEntries(
      [...byName].map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
    );
    return { kind: 'json', value: redactValue(form, rules, redactor) };
  }
  const parsed = parse(text);
  if (parsed !== undefined) return { kind: 'json', value: redactValue(parsed.value, rules, redactor) };
  return rules.needsJson ? null : { kind: 'text', text: redactor.redact(text) };
}

/** Taken together before it is looked through: what is to be taken out may have come in pieces. */
function viewStream(
  text: string,
  type: string,
  isWhole: boolean,
  rules: BodyRules,
  redactor: TextRedactor,
): CapturedBody | null {
  const pieces =
    type === 'text/event-stream' ? [...eventsIn(text)] : text.split('\n').filter((line) => line.trim());
  // The last of them may be half an event.
  if (!isWhole && pieces.length > 0 && parse(pieces.at(-1)!) === undefined) pieces.pop();
  const events = pieces.filter((piece) => piece !== '[DONE]').map(parse);
  if (events.some((event) => event === undefined)) {
    if (rules.needsJson) return null;
    const whole = redactor.redactPieces(pieces);
    return cutText(isWhole ? whole : cutTail(whole), !isWhole, rules.bytesAtMost);
  }
  const values = events.map((event) => event!.value);
  const chat = assembleChat(values);
  const assembled =
    chat === null ? redactEvents(values, rules, redactor) : redactValue(chat, rules, redactor);
  const value = isWhole ? assembled : cutTails(assembled, chat === null ? null : GROWING);
  const isLong = Buffer.byteLength(JSON.stringify(value)) > rules.bytesAtMost;
  return {
    kind: 'json',
    value: isLong ? cutTexts(value, rules.bytesAtMost) : value,
    isStream: true,
    ...((isLong || !isWhole) && { isCut: true as const }),
  };
}

function cutText(text: string, isCut: boolean, bytesAtMost: number): CapturedBody {
  const isLong = Buffer.byteLength(text) > bytesAtMost;
  return {
    kind: 'text',
    text: isLong ? text.slice(0, bytesAtMost) : text,
    isStream: true,
    ...((isLong || isCut) && { isCut: true as const }),
  };
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** Null for what is no UTF-8. */
function textOf(bytes: Uint8Array, isWhole: boolean): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !isWhole });
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

/** Null for an encoding that nobody knows here. Throws for what is damaged. */
function decode({ bytes, encoding, isWhole }: WireBody): Uint8Array | null {
  const options = { maxOutputLength: DECODED_BYTES_AT_MOST };
  // Of what is cut off as much as there is.
  const finishFlush = isWhole ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
  switch (encoding) {
    case '':
    case 'identity':
      return bytes;
    case 'gzip':
    case 'x-gzip':
      return gunzipSync(bytes, { ...options, finishFlush });
    case 'deflate':
      return inflateSync(bytes, { ...options, finishFlush });
    case 'br':
      return brotliDecompressSync(bytes, options);
    case 'zstd':
      return zstdDecompressSync(bytes, options);
    default:
      return null;
  }
}
