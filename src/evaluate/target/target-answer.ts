/** What a target said to one case, before it is scored. */
export type TargetAnswer =
  | {
      readonly kind: 'answer';
      readonly output: unknown;
      /** To the last byte: of the attempt that succeeded, or of all attempts where they are timed as one. */
      readonly latencyMs: number;
      /** To the first text of a stream; null where the answer came in one piece. */
      readonly firstTokenMs: number | null;
      readonly tokens: { readonly input: number; readonly output: number } | null;
      readonly isCached: boolean;
    }
  | TargetFailure;

export interface TargetFailure {
  readonly kind: 'error';
  readonly reason:
    | 'connection'
    | 'timeout'
    | 'status'
    | 'rate-limited'
    | 'too-large'
    | 'not-json'
    | 'no-output'
    | 'template'
    | 'not-recorded';
  readonly detail: string;
  readonly latencyMs: number;
}
