/** Something that must never happen has happened. `rule` is an invariant of the architecture or a rule of the outside checker. */
export interface Violation {
  readonly rule: Rule;
  /** Milliseconds since the world began. */
  readonly atMs: number;
  readonly detail: string;
}

export type Rule =
  | 'I1'
  | 'I2'
  | 'I3'
  | 'I4'
  | 'I5'
  | 'I6'
  | 'I7'
  | 'I8'
  | 'I9'
  | 'I10'
  /** Traffic is given only to replicas that run. */
  | 'ready'
  /** After everything was healed, the world must come to rest in the state that the ledger says. */
  | 'converges'
  /** A rule of those who see nothing but answers. */
  | 'outside'
  /** The code under test threw where nobody expects it. */
  | 'crash';

export type Report = (rule: Rule, detail: string) => void;
