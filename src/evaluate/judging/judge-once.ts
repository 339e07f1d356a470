import { bothOrders } from '../../core/judging/both-orders.ts';
import type { JudgeTask } from '../../core/judging/judge-method.ts';
import { claimsQuestion } from '../../core/judging/questions/claims-question.ts';
import { pairwiseQuestion } from '../../core/judging/questions/pairwise-question.ts';
import type { Material } from '../../core/judging/questions/question.ts';
import { rubricQuestion } from '../../core/judging/questions/rubric-question.ts';
import { supportQuestion } from '../../core/judging/questions/support-question.ts';
import { contextPrecision, usefulnessQuestion } from '../../core/judging/questions/usefulness-question.ts';
import type { AskQuestion } from './ask-question.ts';
import type { Judged } from './judged.ts';

export interface JudgedMaterial extends Material {
  /** What the answer is compared with; null without pairwise. */
  readonly other: string | null;
}

/** Calls of one judgement at most, each with its second attempt. */
export const CALLS_OF_TASK: Readonly<Record<JudgeTask['kind'], number>> = {
  rubric: 2,
  pairwise: 4,
  groundedness: 4,
  'context-precision': 2,
  'context-recall': 4,
};

/** Judges an answer once; `repeat` counts from 0. Rejects only when `signal` is aborted, or the disk fails. */
export const judgeOnce = async (
  task: JudgeTask,
  material: JudgedMaterial,
  repeat: number,
  ask: AskQuestion,
  signal: AbortSignal,
): Promise<Judged> => {
  const { request, answer, reference, context, other } = material;
  switch (task.kind) {
    case 'rubric': {
      const graded = await ask(rubricQuestion(task.rubric, task.scale, material), repeat, signal);
      return graded.kind === 'failed' ? graded : { kind: 'judged', ...graded.answer, companions: [] };
    }
    case 'pairwise': {
      if (other === null) return { kind: 'undefined', reason: 'there is no answer to compare with' };
      const swapped = { ...material, answer: other };
      const [straight, reversed] = await Promise.all([
        ask(pairwiseQuestion(task.rubric, material, other), repeat, signal),
        ask(pairwiseQuestion(task.rubric, swapped, answer), repeat, signal),
      ]);
      if (straight.kind === 'failed') return straight;
      if (reversed.kind === 'failed') return reversed;
      const { score, disagrees, favours } = bothOrders(straight.answer.better, reversed.answer.better);
      const bias = favours === null ? 0 : favours === 'first' ? 1 : -1;
      const reason = disagrees
        ? `a tie, for the order decides: first, "${straight.answer.reason}"; second, "${reversed.answer.reason}"`
        : straight.answer.reason;
      return { kind: 'judged', score, reason, companions: [disagrees ? 1 : 0, bias] };
    }
    case 'groundedness':
      return supportedClaims(request, answer, context ?? [], repeat, ask, signal);
    case 'context-recall':
      if (reference === null) return { kind: 'undefined', reason: 'the case names no expected answer' };
      return supportedClaims(request, reference, context ?? [], repeat, ask, signal);
    case 'context-precision': {
      if (context === null || context.length === 0)
        return { kind: 'judged', score: 0, reason: 'no document was found', companions: [] };
      const judged = await ask(usefulnessQuestion(request, reference, context), repeat, signal);
      if (judged.kind === 'failed') return judged;
      const useless = judged.answer.flatMap(({ verdict, reason }, place) =>
        verdict === 'useless' ? [`document ${place + 1}: ${reason}`] : [],
      );
      return {
        kind: 'judged',
        score: contextPrecision(judged.answer),
        reason: useless.length === 0 ? 'every document is useful' : `useless: ${useless.join('; ')}`,
        companions: [],
      };
    }
  }
};

/** Takes a text apart into claims and has each checked against the context. */
const supportedClaims = async (
  request: string,
  text: string,
  context: readonly string[],
  repeat: number,
  ask: AskQuestion,
  signal: AbortSignal,
): Promise<Judged> => {
  const split = await ask(claimsQuestion(request, text), repeat, signal);
  if (split.kind === 'failed') return split;
  const claims = split.answer;
  if (claims.length === 0) return { kind: 'undefined', reason: 'it makes no claim' };
  const checked = await ask(supportQuestion(claims, context), repeat, signal);
  if (checked.kind === 'failed') return checked;
  const faults = checked.answer.flatMap(({ verdict, reason }, place) =>
    verdict === 'supported' ? [] : [`${verdict}: "${claims[place] ?? ''}" (${reason})`],
  );
  return {
    kind: 'judged',
    score: 1 - faults.length / claims.length,
    reason:
      faults.length === 0
        ? `all ${claims.length} claims are supported`
        : `${faults.length} of ${claims.length} claims are not supported: ${faults.join('; ')}`,
    companions: [faults.length === 0 ? 0 : 1],
  };
};
