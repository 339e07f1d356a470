import type { UsageGroup, UsageSeriesName, UsageSums } from '../core/cost/usage-sums.ts';

/**
 * Keeps what calls used and cost by day, and how far each gateway process was counted, so that what a process says again after a
 * restart is added once.
 */
export interface UsageStore {
  /** All or none of it. */
  saveUsage(changes: UsageChanges): Promise<void>;
  /** How far every process was counted. */
  countedUsage(): Promise<readonly CountedUsage[]>;
  /** Sums by what was asked for, in the order of it. */
  usage(query: UsageQuery): Promise<readonly UsageRow[]>;
}

export interface UsageChanges {
  /** To be added to what is there. */
  readonly additions: readonly UsageAddition[];
  /** In place of what is there. */
  readonly counted: readonly CountedUsage[];
  /** These processes are heard no more. */
  readonly forgotten: readonly string[];
  /** Days before it (`2026-11-21`) go; null: none. */
  readonly dropBefore: string | null;
}

export interface UsageAddition extends UsageSeriesName, UsageSums {
  readonly environment: string;
  /** UTC, `2026-11-21`. */
  readonly day: string;
}

export interface CountedUsage extends UsageSeriesName, UsageSums {
  readonly boot: string;
}

export interface UsageQuery {
  readonly by: readonly UsageGroup[];
  /** First day that counts. */
  readonly since: string;
  readonly environment?: string | undefined;
  readonly service?: string | undefined;
  /** Digest or version. */
  readonly release?: string | undefined;
  readonly key?: string | undefined;
}

/** Members of the groups that were asked for; null: no key, or no model. */
export interface UsageRow extends UsageSums {
  readonly group: Readonly<Partial<Record<UsageGroup, string | null>>>;
}
