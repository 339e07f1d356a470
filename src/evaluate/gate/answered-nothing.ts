import type { RunSummary } from '../../core/evaluation/run/run-record.ts';

/** The run was stopped because the release gave not one answer that can be scored. A scorer that was down all the time says nothing of the release. */
export const answeredNothing = ({
  stoppedBy,
  cases,
  unanswered,
}: Pick<RunSummary, 'stoppedBy' | 'cases' | 'unanswered'>): boolean =>
  stoppedBy === 'errors' && (unanswered ?? cases) === cases;
