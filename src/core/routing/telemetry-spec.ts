/** What the requests of a service tell about themselves. A member that is absent: they do not. */
export interface ServiceTelemetry {
  /** A request that comes without a trace context gets one. */
  readonly makesTraces?: true;
  /** Answers say in `Server-Timing` where the time went. */
  readonly serverTiming?: true;
}

/** What the gateways of all services do about traces. */
export interface GatewayTelemetry {
  readonly makesTraces: boolean;
  /** Part of the traces that begin here which is sampled, 0 to 1. */
  readonly sampleShare: number;
  /** Where spans are sent; null: nowhere. */
  readonly spans: SpanDelivery | null;
}

export interface SpanDelivery {
  /** Of a collector that takes OTLP over HTTP as JSON, with the path. */
  readonly endpoint: string;
  /** References to secrets, such as `env:NAME`, by the header that they go into; that of `authorization` is a bearer token. */
  readonly headers: Readonly<Record<string, string>>;
}
