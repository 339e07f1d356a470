import type { Clock } from '../ports/clock.ts';
import type { EvidenceStore } from '../ports/evidence-store.ts';
import type { Gateways } from '../ports/gateways.ts';
import type { Ids } from '../ports/ids.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { UsageStore } from '../ports/usage-store.ts';
import type { Work } from '../ports/work.ts';

/** What the engine needs from the world. */
export interface EnginePorts {
  readonly ledger: Ledger;
  readonly evidenceStore: EvidenceStore;
  /** Absent: what calls use and cost is not added up. */
  readonly usageStore?: UsageStore;
  readonly gateways: Gateways;
  readonly runtime: Runtime;
  readonly work: Work;
  /** Absent: no source of outside metrics is configured, and a rollout whose plan has some is held. */
  readonly metrics?: Metrics;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Something went wrong that nobody is waiting to hear; an operator must be able to read it. */
  readonly failed: (error: unknown) => void;
}
