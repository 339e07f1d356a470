import type { Aim } from './numbers/aim.ts';
import type { Duel } from './numbers/duel.ts';
import type { Outcomes } from './outcomes.ts';

/** What `bench/results/decisions.json` holds. */
export interface Comparison {
  readonly what: string;
  readonly command: string;
  /** 1 for a full comparison. */
  readonly effort: number;
  readonly contestants: readonly {
    readonly id: string;
    readonly name: string;
    readonly parameters: string;
  }[];
  readonly worlds: readonly WorldResult[];
  /** Tidegate's own figures against what it means to reach. */
  readonly aims: readonly Aim[];
  readonly duels: readonly Duel[];
}

export interface WorldResult {
  readonly id: string;
  readonly says: string;
  readonly candidate: 'equal' | 'worse';
  /** Wald's limit of the candidate's requests until rollback, where both failing shares are constant. */
  readonly limits: { readonly alpha: number; readonly requests: number }[] | null;
  /** By id of the contestant. */
  readonly outcomes: Readonly<Record<string, Outcomes>>;
}
