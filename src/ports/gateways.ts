import type { CertificateState } from '../core/routing/certificate-state.ts';
import type { FeedbackReport, Frame, Hello, Trip } from '../core/routing/link.ts';
import type { Generation, RouteTable } from '../core/routing/table.ts';
import type { Measures } from '../core/telemetry/measures.ts';

/** The gateways of all environments, as the control plane sees them. */
export interface Gateways {
  /** Hands a table to every gateway of its environment, now and whenever one connects, until a newer one follows. Never waits. */
  push(table: RouteTable): void;
  /** Renews the exposure leases of an environment's gateways for a generation. */
  renew(environment: string, generation: Generation): void;
  /** Everything in this gateway's frames up to `seq` is durable here. */
  stored(boot: string, seq: number): void;
  /** What gateways say before the first listener came is kept for it. */
  listen(listener: GatewayListener): () => void;
  list(): readonly GatewayStatus[];
  /**
   * What every process counts about itself, now; null of one that is not connected or does not say so within `withinMs`. Never
   * rejects. Who asks again before the answers are in gets the same ones.
   */
  measure(withinMs: number): Promise<readonly MeasuredGateway[]>;
  close(): Promise<void>;
}

export interface GatewayListener {
  connected?(hello: Hello): void;
  applied?(environment: string, boot: string, generation: Generation, accepted: boolean): void;
  frame?(environment: string, boot: string, frame: Frame): void;
  tripped?(environment: string, boot: string, trip: Trip): void;
  feedback?(environment: string, report: FeedbackReport): void;
  /** The process is gone for good (its pid ended): no more of its outcomes will come. */
  lost?(environment: string, boot: string): void;
}

export interface MeasuredGateway extends GatewayStatus {
  readonly measures: Measures | null;
}

export interface GatewayStatus {
  readonly gateway: string;
  readonly environment: string;
  readonly boot: string;
  readonly pid: number;
  readonly address: string;
  readonly connected: boolean;
  readonly generation: Generation | null;
  /** Those that it shows to clients. Absent: it speaks plain HTTP, or has not said yet. */
  readonly certificates?: readonly CertificateState[];
  /** As in its greeting. */
  readonly cut?: readonly string[];
}
