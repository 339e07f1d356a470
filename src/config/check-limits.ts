/** What output checks and judges may be at most, in tidegate.yaml as in a manifest. */
export const CHECK_LIMITS = {
  checks: 20,
  schemaBytes: 256 * 1024,
  patternBytes: 4 * 1024,
  expressionBytes: 4 * 1024,
  rubricCharacters: 16 * 1024,
  /** One answer in ten thousand; less is none. */
  leastShare: 0.0001,
  callsAtMost: 10_000_000,
} as const;
