import type { HandoverNews, SuccessorOrder } from '../../core/routing/handover.ts';

/** How the launcher of gateway processes speaks with one of them about its successor. Processes are named by their boot. */
export interface HandoverLine {
  /** `unable`: it is of a version that knows nothing of this. `away`: it is not connected. */
  standing(boot: string): 'able' | 'unable' | 'away';
  ask(boot: string, order: SuccessorOrder): void;
  /** What it said last since it was asked; null: nothing so far. */
  news(boot: string): HandoverNews | null;
}
