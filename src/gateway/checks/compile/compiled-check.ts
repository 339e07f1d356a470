/** A check made ready to run on values. `problem` says what is wrong with it, for its author. */
export type Compiling<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string };

/** What is wrong with an answer, as a code that carries nothing of the answer itself; null when nothing is. */
export type Fault = string | null;
