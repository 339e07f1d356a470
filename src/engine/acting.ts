/** Who does something, and what they saw when they decided to. */
export interface Acting {
  readonly actor: string;
  readonly reason?: string | null;
  readonly expectedVersion?: number;
}

export interface ShipRequest extends Acting {
  readonly service: string;
  /** Version or digest. */
  readonly release: string;
  readonly environment: string;
  readonly rollout?: string;
}
