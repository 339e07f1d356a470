import type { SuccessorOrder } from '../core/routing/handover.ts';
import type { Succession } from './handover/succession.ts';
import type { HttpLimits } from './http/http-server.ts';
import type { KeyTiming } from './identity/issuer-keys.ts';

/** Bounds and times of one process; tests make them small. */
export interface GatewaySettings {
  readonly bufferedBytesAtMost?: number;
  readonly http?: Partial<HttpLimits>;
  readonly sliceMs?: number;
  readonly mirrorsWaitingAtMost?: number;
  readonly mirrorConcurrency?: number;
  readonly cohortsRetainedAtMost?: number;
  readonly followedAtMost?: number;
  readonly stickyKeysAtMost?: number;
  readonly keyRuleWindowMs?: number;
  readonly logLinesWaitingAtMost?: number;
  readonly payloadBytesWaitingAtMost?: number;
  readonly issuerKeys?: Partial<KeyTiming>;
  /** How often the files of certificates are looked at. */
  readonly certificatesEveryMs?: number;
  /** What to do when the control plane asks this process to end. */
  readonly onDrainAsked?: () => void;
  /** What to do when the control plane asks this process to let another take its place. Absent: it says that it cannot. */
  readonly onHandOverAsked?: (order: SuccessorOrder) => void;
  /** This process takes another one's place. */
  readonly succession?: Succession;
}
