import type { Explanation } from '../client/client.ts';
import type { Digest } from '../core/digest.ts';
import type { GuardReading } from '../core/evidence/rollout-evidence.ts';

/** A record in the ledger that was decided on readings of guards. */
export interface EvidenceVerdict {
  readonly what: string;
  readonly stage: number;
  readonly seq: number;
  readonly readings: readonly GuardReading[];
  /** Null in records from before evidence was stored, or when it could not be. */
  readonly digest: Digest | null;
}

/** Everything in an explanation that follows from evidence, in the order it was recorded. */
export const evidenceVerdicts = ({ stages, state }: Explanation): readonly EvidenceVerdict[] => {
  const verdicts: EvidenceVerdict[] = stages.flatMap(({ stage, name, gates, pulls }) => [
    ...gates.flatMap(({ evidence, seq }): EvidenceVerdict[] =>
      evidence?.kind === 'evidence' && seq !== null
        ? [
            {
              what: `evidence of ${name}`,
              stage,
              seq,
              readings: evidence.readings,
              digest: evidence.evidenceDigest ?? null,
            },
          ]
        : [],
    ),
    ...pulls.flatMap((pull): EvidenceVerdict[] => [
      { what: `pull in ${name}`, stage, ...moveOf(pull) },
      ...(pull.restored === null ? [] : [{ what: `return in ${name}`, stage, ...moveOf(pull.restored) }]),
    ]),
  ]);
  if (state.kind === 'ended' && state.cause.kind === 'guard') {
    const { readings, evidenceDigest } = state.cause;
    const stage = stages.at(-1)?.stage ?? -1;
    verdicts.push({ what: 'rollback', stage, seq: state.seq, readings, digest: evidenceDigest ?? null });
  }
  return verdicts.sort((a, b) => a.seq - b.seq);
};

const moveOf = ({
  seq,
  readings,
  evidenceDigest,
}:
  | Explanation['stages'][number]['pulls'][number]
  | NonNullable<Explanation['stages'][number]['pulls'][number]['restored']>) => ({
  seq,
  readings,
  digest: evidenceDigest,
});
