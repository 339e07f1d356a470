import type { FaultFinding, RequirementFinding } from '../../core/evaluation/run/run-record.ts';

/** Findings of fault tests as requirements, for verdict and reports. */
export const fallbackFindings = (findings: readonly FaultFinding[]): RequirementFinding[] =>
  findings.map((finding) => ({
    requirement: `fallback: ${finding.scenario}`,
    verdict: finding.verdict,
    found: null,
    moreCases: null,
    detail: fallbackDetail(finding),
  }));

/** The same where they decide nothing. */
export const fallbackNotes = (findings: readonly FaultFinding[]): string[] =>
  findings.map(
    (finding) =>
      `fallback, not required: ${finding.scenario}: ${finding.verdict}: ${fallbackDetail(finding)}`,
  );

const fallbackDetail = ({ cases, verdict }: FaultFinding): string => {
  if (cases.length === 0) return 'no case was asked';
  const kept = cases.filter(({ outcome }) => outcome === 'kept');
  const slowest = Math.round(Math.max(...cases.map(({ latencyMs }) => latencyMs)));
  const counts = `${kept.length} of ${cases.length} ${cases.length === 1 ? 'case' : 'cases'} as they had to be`;
  if (verdict === 'pass') return `${counts}, after ${slowest} ms at most`;
  const first =
    cases.find(({ outcome }) => outcome === 'broken') ?? cases.find(({ outcome }) => outcome === 'open');
  return first === undefined
    ? `${counts}; the others were not asked`
    : `${counts}; ${first.id}: ${first.why}`;
};
