import type { EvaluationPlan, TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import { goldenCases } from '../golden/golden-cases.ts';
import type { AskedSide } from '../run-evaluation/ask-case.ts';
import type { OpenSides } from '../run-evaluation/open-sides.ts';
import { filledTarget } from '../run-evaluation/open-sides.ts';
import type { Recording } from './open-recording.ts';
import { notRecorded, recordedSource, unknownText } from './recorded-source.ts';
import { nameReferences, requestDigest } from './request-digest.ts';

/** Both sides with a recording before them: `record` calls for what it does not hold, `replay` never calls. An earlier run as a baseline stays as it is. */
export const recordedSides = (
  { plan }: { readonly plan: EvaluationPlan },
  sides: OpenSides,
  recording: Recording,
  mode: 'record' | 'replay',
): OpenSides => {
  const withRecording = (side: AskedSide, target: TargetSpec): AskedSide => ({
    ...side,
    source: recordedSource(named(target), mode === 'record' ? side.source : null, recording),
    isRecorded: mode === 'replay',
  });
  const { candidate, baseline } = sides;
  return {
    ...sides,
    candidate: withRecording(candidate, plan.target),
    baseline:
      baseline !== null && plan.baseline?.kind === 'target'
        ? withRecording(baseline, plan.baseline.target)
        : baseline,
    clients: mode === 'replay' ? [] : sides.clients,
  };
};

const MOST_NAMED = 20;

/** Refuses to begin a replay that cannot end: every request of every case must have been recorded. @throws TidegateError `not-recorded` */
export const refuseUnrecorded = async (
  plan: EvaluationPlan,
  cases: number,
  recording: Recording,
): Promise<void> => {
  const targets = [plan.target, ...(plan.baseline?.kind === 'target' ? [plan.baseline.target] : [])].map(
    named,
  );
  const unknown: string[] = [];
  let count = 0;
  for await (const one of goldenCases(plan.golden, plan.fields)) {
    if (one.position >= cases) break;
    for (const target of targets) {
      const digest = requestDigest(target, one);
      if (digest === null) continue;
      for (let repeat = 0; repeat < plan.repeats.least; repeat += 1) {
        if (recording.has(digest, repeat)) continue;
        count += 1;
        if (unknown.length < MOST_NAMED) unknown.push(unknownText(recording, one, repeat));
      }
    }
  }
  if (count > 0) throw notRecorded(recording, unknown, count);
};

const named = (target: TargetSpec): TargetSpec => filledTarget(target, nameReferences);

/** What a reader must know of figures that come from a recording. */
export const recordingNotes = (recording: Recording, mode: 'record' | 'replay'): string[] => {
  const span = recording.span();
  const unused = recording.unused();
  return [
    ...(mode === 'replay' && span !== null
      ? [
          `nothing was called: answers are replayed that were recorded from ${day(span.first)} to ${day(span.last)}`,
        ]
      : []),
    ...(unused > 0
      ? [
          `${unused} of ${recording.size()} recorded entries were not asked for: they are of cases, requests or scorers that are not in this run`,
        ]
      : []),
  ];
};

const day = (iso: string): string => iso.slice(0, 10);
