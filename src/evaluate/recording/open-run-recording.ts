import type { ScorerSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { OpenSides } from '../run-evaluation/open-sides.ts';
import type { RunOptions } from '../run-evaluation/run-evaluation.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import { openRecording } from './open-recording.ts';
import { callsSomebody, recordedMetric } from './recorded-metric.ts';
import { recordedSides, recordingNotes, refuseUnrecorded } from './recorded-sides.ts';

/** The recording of a run, put before everything that it would call. */
export interface RunRecording {
  readonly metric: (spec: ScorerSpec, metric: OpenMetric) => OpenMetric;
  readonly sides: (sides: OpenSides) => OpenSides;
  readonly notes: () => readonly string[];
}

const NONE: RunRecording = {
  metric: (_, metric) => metric,
  sides: (sides) => sides,
  notes: () => [],
};

/** @throws TidegateError `not-recorded` when a replay is without what it needs, `bad-request` when the file is no recording */
export const openRunRecording = async (
  { plan, scan, recording: use, nowMs }: RunOptions,
  closing: (() => Promise<unknown>)[],
): Promise<RunRecording> => {
  if (use === undefined) return NONE;
  const opened = { replay: 'read', record: 'add', anew: 'anew' } as const;
  const recording = await openRecording(use.path, opened[use.mode], () => new Date(nowMs()).toISOString());
  closing.push(recording.close);
  const mode = use.mode === 'replay' ? 'replay' : 'record';
  if (mode === 'replay') await refuseUnrecorded(plan, scan.cases, recording);
  return {
    metric: (spec, metric) =>
      callsSomebody(spec) ? recordedMetric(metric, recording, mode === 'record') : metric,
    sides: (sides) => recordedSides({ plan }, sides, recording, mode),
    notes: () => recordingNotes(recording, mode),
  };
};
