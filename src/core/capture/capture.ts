/** The bodies of one invocation, redacted, as they are stored and given out. */
export interface Capture {
  readonly schema: 'tidegate.capture/v1';
  readonly invocation: string;
  /** ISO 8601. */
  readonly at: string;
  /** From then on it is deleted. ISO 8601. */
  readonly expiresAt: string;
  readonly environment: string;
  readonly service: string;
  /** Version and first digits of the digest, of the release that answered; null: the gateway answered by itself. */
  readonly release: string | null;
  /** SHA-256 (hexadecimal) of the id of the caller's key; null without one. */
  readonly keyDigest: string | null;
  readonly why: 'sample' | 'failed';
  readonly ending: string;
  readonly request: {
    readonly method: string;
    /** With the query, redacted. */
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: CapturedBody;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: CapturedBody;
  };
  /** How often what was taken out, by the name in its place. */
  readonly redacted: Readonly<Record<string, number>>;
}

export type CapturedBody =
  | { readonly kind: 'none' }
  /** Of a stream: what its events amount to, not the events. */
  | { readonly kind: 'json'; readonly value: unknown; readonly isStream?: true; readonly isCut?: true }
  | { readonly kind: 'text'; readonly text: string; readonly isStream?: true; readonly isCut?: true }
  | { readonly kind: 'left-out'; readonly why: LeftOutBody; readonly bytes: number | null };

/** Why a body is not there: what cannot be read cannot be redacted, and is not stored. */
export const LEFT_OUT_BODIES = [
  'too-large',
  'not-text',
  'not-json',
  'unreadable',
  'passed-through',
  'from-cache',
  'not-held',
] as const;

export type LeftOutBody = (typeof LEFT_OUT_BODIES)[number];
