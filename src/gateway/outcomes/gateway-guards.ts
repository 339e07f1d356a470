/** The guards that compare shares of bad outcomes and whose outcomes a gateway sees; `disagree` travels as comparisons. */
export const GATEWAY_GUARDS = ['errors', 'client-errors', 'slow', 'feedback', 'invalid', 'judge'] as const;
export type GatewayGuard = (typeof GATEWAY_GUARDS)[number];

/** The guards that a mirrored request can settle on both sides. */
export const PAIRED_GUARDS = ['errors', 'client-errors', 'slow'] as const;
export type PairedGuard = (typeof PAIRED_GUARDS)[number];

/** The guards that every request begins with. The others begin later or for a part of the requests only. */
export const IMMEDIATE_GUARDS = PAIRED_GUARDS;

/** Answered outside the data path, for a sample of the requests. */
export type CheckedGuard = 'invalid' | 'judge';

/** The guards that compare means of a bounded quantity. */
export const MEASURES = ['cost', 'score'] as const;
export type Measure = (typeof MEASURES)[number];

/** One bit for each, so that what is open about a request is one number. */
export const BIT: Readonly<Record<GatewayGuard | Measure, number>> = {
  errors: 1,
  'client-errors': 2,
  slow: 4,
  feedback: 8,
  invalid: 16,
  judge: 32,
  cost: 64,
  score: 128,
};

export const PAIRED_BITS = BIT.errors | BIT['client-errors'] | BIT.slow;

/** Outcomes that mostly come in at once: what stood at the age of a second is told apart from what became of them. */
export const EARLY_BITS = BIT.errors | BIT['client-errors'] | BIT.invalid;
