import { existsSync, statSync } from 'node:fs';
import { rename } from 'node:fs/promises';
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
  /** `isWhole`: the run asked what it was to ask. */
  readonly notes: (isWhole: boolean) => readonly string[];
  /** The run has come to its end; one that is made anew takes the place of what was there, if it is whole. */
  readonly end: (isWhole: boolean) => Promise<void>;
}

const NONE: RunRecording = {
  metric: (_, metric) => metric,
  sides: (sides) => sides,
  notes: () => [],
  end: async () => {},
};

/** @throws TidegateError `not-recorded` when a replay is without what it needs, `bad-request` when the file is no recording */
export const openRunRecording = async (
  { plan, scan, recording: use, resume, nowMs }: RunOptions,
  closing: (() => Promise<unknown>)[],
): Promise<RunRecording> => {
  if (use === undefined) return NONE;
  const nowIso = (): string => new Date(nowMs()).toISOString();
  const beside = use.mode === 'anew' ? await besideFile(use.path, resume !== null, nowIso) : null;
  const recording =
    beside === null
      ? await openRecording(use.path, use.mode === 'replay' ? 'read' : 'add', nowIso)
      : await openRecording(beside, resume === null ? 'anew' : 'add', nowIso);
  closing.push(recording.close);
  const mode = use.mode === 'replay' ? 'replay' : 'record';
  if (mode === 'replay') await refuseUnrecorded(plan, scan.cases, recording);
  return {
    metric: (spec, metric) =>
      callsSomebody(spec) ? recordedMetric(metric, recording, mode === 'record') : metric,
    sides: (sides) => recordedSides({ plan }, sides, recording, mode),
    notes: (isWhole) => [
      ...recordingNotes(recording, mode),
      ...(beside === null || isWhole
        ? []
        : [`${use.path} stays as it was; what was recorded until the run was stopped is in ${beside}`]),
    ],
    async end(isWhole) {
      await recording.close();
      if (beside !== null && isWhole) await rename(beside, use.path);
    },
  };
};

/**
 * Where a recording that takes the place of another is made; null where there is nothing to keep until then. A run that goes on does so in the
 * file it began. @throws TidegateError `bad-request` when what is there is no recording
 */
const besideFile = async (path: string, isResumed: boolean, nowIso: () => string): Promise<string | null> => {
  const beside = `${path}.new`;
  if (isResumed && !existsSync(beside)) return null;
  if (existsSync(path) && statSync(path).size > 0) {
    await (await openRecording(path, 'read', nowIso)).close();
    return beside;
  }
  return isResumed ? beside : null;
};
