import type { Digest } from '../core/digest.ts';
import { firstEvidenceDigest, markDigest, nextEvidenceDigest } from '../core/evidence/evidence-digest.ts';
import type { EvidenceSpec } from '../core/evidence/evidence-spec.ts';
import { type EvidenceStep, encodeStep } from '../core/evidence/evidence-step.ts';
import type { RolloutEvidence } from '../core/evidence/rollout-evidence.ts';
import { encodeCohort } from '../core/evidence/stored-cohort.ts';
import type { EvidenceMark } from '../ports/evidence-store.ts';

/** What one rollout's evidence grew from, as far as it is still to be stored, and the digest of all of it. */
export interface EvidenceLog {
  /** Lines so far, stored or not. */
  settled: number;
  digest: Digest;
  unstored: string[];
  marks: EvidenceMark[];
}

/** What of a log goes into the snapshot, so that a later process can go on with it. */
export type LogPosition = Pick<EvidenceLog, 'settled' | 'digest'>;

export const newEvidenceLog = (spec: EvidenceSpec): EvidenceLog =>
  continueLog({ settled: 0, digest: firstEvidenceDigest(spec) });

export const continueLog = ({ settled, digest }: LogPosition): EvidenceLog => ({
  settled,
  digest,
  unstored: [],
  marks: [],
});

/** Changes `log` in place. */
export const logStep = (log: EvidenceLog, spec: EvidenceSpec, step: EvidenceStep): void => {
  const line = encodeStep(spec, step);
  log.settled += 1;
  log.digest = nextEvidenceDigest(log.digest, line);
  log.unstored.push(line);
};

/** Notes what the guards would be read from at this moment. Changes `log` in place. */
export const markLog = (log: EvidenceLog, evidence: RolloutEvidence): EvidenceMark => {
  const open = evidence.open.map((cohort) => encodeCohort(evidence.spec, cohort));
  const mark = { digest: markDigest(log.digest, open), settled: log.settled, open };
  log.marks.push(mark);
  return mark;
};
