import type { Digest } from '../digest.ts';
import type { LaneEvent } from './events.ts';

/** The same events; those that rest on readings of guards name the evidence these were taken from. */
export const nameEvidence = (
  events: readonly LaneEvent[],
  evidenceDigest: Digest | undefined,
): readonly LaneEvent[] =>
  evidenceDigest === undefined ? events : events.map((event) => named(event, evidenceDigest));

const named = (event: LaneEvent, evidenceDigest: Digest): LaneEvent => {
  if (event.type === 'candidate.pulled' || event.type === 'candidate.restored')
    return { ...event, evidenceDigest };
  if (event.type === 'gate.decided' && event.evidence.kind === 'evidence')
    return { ...event, evidence: { ...event.evidence, evidenceDigest } };
  if (event.type === 'rollout.ended' && event.cause.kind === 'guard')
    return { ...event, cause: { ...event.cause, evidenceDigest } };
  return event;
};

/** What such events do to the candidate's exposure on the strength of its guards. */
export type EvidenceEffect = 'reduces' | 'raises';

export const evidenceEffect = (events: readonly LaneEvent[]): EvidenceEffect | null => {
  const reduces = events.some(
    (event) =>
      event.type === 'candidate.pulled' || (event.type === 'rollout.ended' && event.cause.kind === 'guard'),
  );
  if (reduces) return 'reduces';
  const raises = events.some(
    (event) =>
      event.type === 'candidate.restored' ||
      (event.type === 'gate.decided' && event.evidence.kind === 'evidence'),
  );
  return raises ? 'raises' : null;
};
