import type { ScorerSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import { companionsOf } from '../../core/judging/companions.ts';
import type { JudgeMethod } from '../../core/judging/judge-method.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import type { Scored } from '../scoring/scored.ts';
import { askQuestion } from './ask-question.ts';
import { judgeDigest } from './judge-digest.ts';
import { CALLS_OF_TASK, judgeOnce } from './judge-once.ts';
import { judgeRepeatedly } from './judge-repeatedly.ts';
import type { Judged } from './judged.ts';
import type { Models } from './models.ts';
import { readMaterial } from './read-material.ts';

/** Judges one output. `beside`: what the other side answered. */
export type JudgeOutput = (
  one: EvaluationCase,
  output: unknown,
  signal: AbortSignal,
  beside?: unknown,
) => Promise<Judged>;

const LONGEST_REASON = 2_000;

export const openJudge = (
  spec: Pick<ScorerSpec, 'from' | 'expected' | 'group' | 'positive'>,
  method: JudgeMethod,
  models: Models,
): JudgeOutput => {
  const ask = askQuestion(method.endpoint, models.open(method.endpoint, 'message'));
  return async (one, output, signal, beside) => {
    const read = readMaterial(spec, method, one, output, beside);
    if (read.kind === 'failed') return read;
    return judgeRepeatedly(method.repeats, (repeat) =>
      judgeOnce(method.task, read.material, repeat, ask, signal),
    );
  };
};

/** The metric of a judge, and behind it its companions. What they ask is the same and is paid for once. */
export const judgeMetrics = (spec: ScorerSpec, method: JudgeMethod, models: Models): OpenMetric[] => {
  const judge = openJudge(spec, method, models);
  const { task, repeats, endpoint } = method;
  const signature = `judge|${task.kind}|model:${encodeURIComponent(endpoint.model)}|${judgeDigest(method)}`;
  const metric = (
    name: string,
    measured: Partial<OpenMetric['measured']>,
    range: OpenMetric['range'],
    scored: (judged: Extract<Judged, { kind: 'judged' }>) => Scored,
  ): OpenMetric => ({
    measured: { name, signature, better: 'higher', unit: 'share', perCase: true, ...measured },
    range,
    score: async (one, output, signal, beside) => {
      const judged = await judge(one, output, signal, beside);
      switch (judged.kind) {
        case 'judged':
          return scored(judged);
        case 'undefined':
          return { kind: 'score', score: null, reason: judged.reason };
        case 'failed':
          return judged;
      }
    },
    startSet: null,
    looksBeside: task.kind === 'pairwise' && task.other === null,
    close: async () => {},
  });
  const main = metric(spec.name, {}, [0, 1], ({ score, reason }) => ({
    kind: 'score',
    score,
    reason: reason.slice(0, LONGEST_REASON),
  }));
  const companions = companionsOf(task.kind).map(({ suffix, range, perCase }, place) =>
    metric(
      `${spec.name}${suffix}`,
      {
        signature: `${signature}|${suffix}`,
        better: 'lower',
        unit: range[0] === 0 ? 'share' : 'score',
        perCase,
      },
      range,
      (judged) => ({ kind: 'score', score: judged.companions[place] ?? null, reason: null }),
    ),
  );
  return [{ ...main, callsAtMost: CALLS_OF_TASK[task.kind] * repeats.most }, ...companions];
};
