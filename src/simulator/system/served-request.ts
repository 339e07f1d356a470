import type { RouteTable } from '../../core/routing/table.ts';

/** What somebody who watches from outside sees of a request. */
export interface Served {
  readonly service: string;
  /** Null: nobody answered. */
  readonly track: 'stable' | 'candidate' | null;
  readonly isMirrored: boolean;
  /** The table under which it was assigned. */
  readonly table: RouteTable;
  /** Where the request stood between 0 and 1. */
  readonly place: number;
  /** What the request said in the header that audiences are about here. */
  readonly ring: string | null;
  /** Header `tidegate-release`. */
  readonly label: string | null;
  /** Address that answered. */
  readonly address: string | null;
}

/** How a release answers, known to nobody but the world. */
export interface Answer {
  readonly isRefused: boolean;
  readonly isBad: boolean;
  readonly latencyMs: number;
}
