/**
 * Every default of the three files, as somebody would write it there. The schemas take them from here, so that a reader of
 * this file, an editor showing the JSON Schema, and the program agree.
 */
export const SERVICE_DEFAULTS = {
  replicas: 1,
  /** How long a replica may take until it answers its readiness probe. */
  readyTimeout: '60s',
  /** Asked by the readiness probe, by protocol. */
  readyPath: { 'open-inference': '/v2/health/ready', openai: '/health', http: '/health' },
  /** Between SIGTERM and SIGKILL. */
  stop: '10s',
  evaluation: { concurrency: 4, timeout: '10s' },
  traffic: {
    repeatable: false,
    timeouts: { connect: '1s', firstByte: '10s', total: '60s', idle: '30s' },
    /** Second attempts, as a share of the requests. */
    retries: '20%',
    ejection: { consecutive: 5, share: '50%', window: '10s', rest: '5s' },
    slowStart: '5s',
    tolerance: 0,
    feedbackWithin: '10s',
    checks: { share: '100%', timeout: '2s' },
    judge: { bar: '70%', share: '10%', calls: 1_000, timeout: '20s' },
    cache: {
      ttl: '5m',
      maxBytes: '64MiB',
      maxEntryBytes: '256KiB',
      methods: ['GET'],
      scope: 'key',
      when: 'deterministic',
      evidence: '100%',
    },
    batching: { maxBatch: 32, maxWait: '5ms', evidence: '20%' },
    capture: { share: '1%', maxBytes: '64KiB', keepFor: '7d', maxTotal: '256MiB' },
  },
  /** Tokens of an answer at most, where a request that is translated names no bound and the interface demands one. */
  translation: { maxTokens: 4_096 },
} as const;

export const STRATEGY_DEFAULTS = {
  canarySteps: ['5%', '25%', '50%', '100%'],
  shadowMirror: '100%',
  rollingBatch: 1,
  /** For the commands of gates and smoke tests. */
  commandTimeout: '1m',
} as const;

export const SERVER_DEFAULTS = {
  transport: 'raw' as const,
  control: '127.0.0.1:7070',
  gatewayHost: '127.0.0.1',
  /** The first environment's gateway; each further one listens on the next port. */
  firstGatewayPort: 7080,
  gatewayProcesses: 1,
  strategy: 'canary',
  promote: 'manual',
  prometheus: { timeout: '5s' },
  environments: [
    { name: 'staging', strategy: 'all-at-once' },
    { name: 'production', strategy: 'canary' },
  ],
} as const;

/** Of an issuer of tokens. */
export const IDENTITY_DEFAULTS = {
  algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  clockTolerance: '30s',
  key: 'sub',
} as const;

/** Of `gateway.telemetry`. */
export const TELEMETRY_DEFAULTS = { sample: '10%' } as const;

/** Of a limits file. What it does not name is not limited. */
export const LIMITS_DEFAULTS = {
  queue: { waiting: 64, for: '2s' },
  budget: { zone: 'UTC', atPercent: [80, 100], action: 'warn' },
} as const;

/** Of a tidegate-eval.yaml. */
export const EVALUATION_DEFAULTS = {
  fields: { id: 'id', input: 'input', expected: 'expected', tags: 'tags', weight: 'weight' },
  timeout: '60s',
  scorerTimeout: '30s',
  judge: { scale: { least: 1, greatest: 5 }, judgements: { least: 2, most: 5, within: '10%' } },
  onnx: { batch: 1, threads: 1 },
  repeats: 1,
  about: 'population',
  concurrency: 8,
  errors: '1%',
  confidence: '95%',
  inconclusive: 'fail',
  seed: 1,
  load: { arrivals: 'poisson', openDuration: '60s', closedDuration: '20s', warmUp: '5s', underWay: 512 },
  faults: { cases: 3, within: '10s', pause: '1s' },
} as const;

/** Of one metric in a policy. */
export const METRIC_DEFAULTS = { every: '15s', for: 3, reduce: 'mean', source: 'prometheus' } as const;

export const POLICY_DEFAULTS = {
  evaluation: {
    /** Nothing: a requirement without a golden set would refuse the release, and not every service has one. */
    require: [],
    inconclusive: 'fail',
    confidence: '95%',
    /** Stable answers users meanwhile, perhaps on the same machine. */
    load: 'refuse',
  },
  guards: {
    errors: { margin: '2%' },
    'client-errors': { margin: '2%' },
    slow: { margin: '2%' },
    invalid: { margin: '2%' },
    feedback: { margin: '2%' },
    judge: { margin: '5%' },
    cost: { margin: '5%' },
    score: { margin: '5%' },
    disagree: { bound: '10%' },
  },
  alpha: { rollback: '0.1%', advance: '5%' },
  approvals: 0,
  whenRunning: 'supersede',
  hold: { duration: '10m', holdback: '1%' },
  minimum: '10s',
  timeout: '1h',
  lease: '2m',
} as const;
