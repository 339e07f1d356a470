export type AttributeValue = string | number | boolean;

/** A finished span. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** Null: the trace begins with it. */
  readonly parentId: string | null;
  readonly flags: number;
  readonly name: string;
  readonly kind: 'server' | 'client';
  /** Milliseconds since the epoch, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  /** Undefined ones are left out. */
  readonly attributes: Readonly<Record<string, AttributeValue | undefined>>;
  readonly hasFailed: boolean;
}
