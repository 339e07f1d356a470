import type { InvalidAnswer } from './answer-checks.ts';

/** A line of the invocation log about an answer that was found invalid. Says which check, and nothing of the answer. */
export interface InvalidRecord {
  readonly kind: 'invalid';
  readonly invocation: string;
  readonly at: string;
  readonly service: string;
  readonly rollout: string;
  readonly track: 'stable' | 'candidate';
  readonly check: number;
  readonly checkKind: InvalidAnswer['checkKind'];
  readonly fault: string;
}

export function invalidLine({ atMs, ...answer }: InvalidAnswer): string {
  const record: InvalidRecord = { kind: 'invalid', at: new Date(atMs).toISOString(), ...answer };
  return `${JSON.stringify(record)}\n`;
}
