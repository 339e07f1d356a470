import type { AttributeValue, Span } from './span.ts';

/** A span in the JSON form of OTLP (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): ids in hexadecimal, 64-bit numbers as text. */
export function encodeSpan(span: Span): string {
  const { traceId, spanId, parentId, flags, name, kind, startMs, endMs, attributes, hasFailed } = span;
  return JSON.stringify({
    traceId,
    spanId,
    ...(parentId !== null && { parentSpanId: parentId }),
    flags,
    name,
    kind: KINDS[kind],
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(Math.max(startMs, endMs)),
    attributes: encodeAttributes(attributes),
    ...(hasFailed && { status: { code: FAILED } }),
  });
}

/** The body of one delivery; `spans` are encoded ones. */
export const encodeDelivery = (resource: Span['attributes'], spans: readonly string[]): string =>
  `{"resourceSpans":[{"resource":{"attributes":${JSON.stringify(encodeAttributes(resource))}},` +
  `"scopeSpans":[{"scope":{"name":"tidegate"},"spans":[${spans.join(',')}]}]}]}`;

const KINDS = { server: 2, client: 3 } as const;
const FAILED = 2;

const encodeAttributes = (attributes: Span['attributes']): object[] =>
  Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: encodeValue(value) }],
  );

function encodeValue(value: AttributeValue): object {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'string') return { stringValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** In whole microseconds: a double has no more digits at this size. */
const nanoseconds = (ms: number): string => `${Math.round(ms * 1000)}000`;
