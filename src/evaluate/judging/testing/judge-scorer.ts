import type { ScorerSpec } from '../../../core/evaluation/run/evaluation-plan.ts';
import type { JudgeMethod, JudgeTask, ModelEndpoint } from '../../../core/judging/judge-method.ts';
import { scorerOf } from '../../testing/run-plan.ts';

export const endpointAt = (url: string, more: Partial<ModelEndpoint> = {}): ModelEndpoint => ({
  url,
  model: 'judge-1',
  headers: {},
  apiKey: null,
  parameters: { temperature: 0 },
  timeoutMs: 5_000,
  price: null,
  version: null,
  ...more,
});

export const judgeOf = (url: string, task: JudgeTask, more: Partial<JudgeMethod> = {}): JudgeMethod => ({
  kind: 'judge',
  endpoint: endpointAt(url),
  task,
  repeats: { least: 1, most: 1, within: 0 },
  context: null,
  calibration: null,
  ...more,
});

export const judgeScorer = (
  url: string,
  task: JudgeTask,
  more: Partial<JudgeMethod> = {},
  spec: Partial<ScorerSpec> = {},
): ScorerSpec => scorerOf('judge', { name: 'good', how: judgeOf(url, task, more), ...spec });

export const RUBRIC: JudgeTask = { kind: 'rubric', rubric: 'The sum must be right.', scale: [1, 5] };
