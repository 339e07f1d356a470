import type { IncomingHttpHeaders } from 'node:http';
import type { OutcomeReadings } from '../../core/routing/table.ts';
import { cutLines } from '../http/cut-lines.ts';
import {
  CAPTURED_BYTES_AT_MOST,
  captureChunk,
  capturedBody,
  captureHead,
  emptyCapture,
} from '../mirror/captured-answer.ts';
import { resolvePointer } from '../mirror/compare-answers.ts';

/** Reads from an answer, as it passes, what it cost. */
export interface CostMeter {
  take(chunk: Buffer): void;
  /** To be called when the answer is complete: the cost as a part of `most` (1 and above is the worst). NaN when it does not say so. */
  end(): Promise<number>;
}

export interface MeteredAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Events or lines of JSON; the last one that names a cost counts. Otherwise the whole body is one JSON value. */
  readonly isStream: boolean;
}

/** An answer, or one event of a stream, is looked at up to `CAPTURED_BYTES_AT_MOST`. */
export function openCostMeter(
  { pointer, most }: NonNullable<OutcomeReadings['cost']>,
  { status, headers, isStream }: MeteredAnswer,
): CostMeter {
  const capture = emptyCapture();
  captureHead(capture, status, headers);
  if (isStream && (capture.encoding === '' || capture.encoding === 'identity')) {
    const last = lastCost(pointer);
    return { take: last.take, end: async () => last.end() / most };
  }
  return {
    take: (chunk) => captureChunk(capture, chunk),
    async end() {
      const body = await capturedBody(capture);
      if (body === null) return Number.NaN;
      if (!isStream) return costIn(body.toString('utf8'), pointer) / most;
      const last = lastCost(pointer);
      last.take(body);
      return last.end() / most;
    },
  };
}

function lastCost(pointer: string): { take(chunk: Buffer): void; end(): number } {
  const name = nameIn(pointer);
  let cost = Number.NaN;
  const lines = cutLines(CAPTURED_BYTES_AT_MOST, (line) => {
    if (name !== null && !line.includes(name)) return;
    const found = costIn(line.toString('utf8').replace(/^data:/, ''), pointer);
    if (!Number.isNaN(found)) cost = found;
  });
  return {
    take: lines.take,
    end() {
      lines.end();
      return cost;
    },
  };
}

/** What must stand in the JSON text for the pointer to lead anywhere, so that other events need not be parsed. Null when nothing must. */
function nameIn(pointer: string): string | null {
  const last = pointer
    .split('/')
    .slice(1)
    .findLast((token) => !/^\d+$/.test(token));
  // Beyond these characters the same name can be written in several ways.
  return last !== undefined && /^[A-Za-z0-9_.-]+$/.test(last) ? `"${last}"` : null;
}

function costIn(text: string, pointer: string): number {
  try {
    const value = resolvePointer(JSON.parse(text), pointer);
    return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
  } catch {
    return Number.NaN;
  }
}
