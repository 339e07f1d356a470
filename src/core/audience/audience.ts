/** To whom a candidate may be shown at all: read from the request before anything is drawn. */
export type Audience =
  /** A header has one of these values, as they are written. */
  | { readonly type: 'header'; readonly name: string; readonly values: readonly string[] }
  /** A header begins so. */
  | { readonly type: 'header-prefix'; readonly name: string; readonly prefix: string }
  /** A claim of the caller's token is, or among others has, one of these values. */
  | { readonly type: 'claim'; readonly name: string; readonly values: readonly string[] }
  /** Callers with one of these key ids. */
  | { readonly type: 'keys'; readonly ids: readonly string[] }
  /** This part of all callers that have a key id, 0 to 1, the same ones throughout a rollout. */
  | { readonly type: 'key-share'; readonly share: number }
  | { readonly type: 'all' | 'any'; readonly of: readonly Audience[] }
  | { readonly type: 'not'; readonly of: Audience };
