import type { Digest } from '../../core/digest.ts';
import type { JudgeMethod, JudgeTask } from '../../core/judging/judge-method.ts';
import { claimsQuestion } from '../../core/judging/questions/claims-question.ts';
import { pairwiseQuestion } from '../../core/judging/questions/pairwise-question.ts';
import type { ChatMessage, Material } from '../../core/judging/questions/question.ts';
import { rubricQuestion } from '../../core/judging/questions/rubric-question.ts';
import { supportQuestion } from '../../core/judging/questions/support-question.ts';
import { usefulnessQuestion } from '../../core/judging/questions/usefulness-question.ts';
import { digestOf } from '../golden/canonical-json.ts';
import { endpointKey } from './endpoint-key.ts';

/** Which judge it is: model and settings, task, repeats, where its context comes from, and our wording, which may change from version to version. */
export const judgeDigest = ({
  endpoint,
  task,
  repeats,
  context,
}: Pick<JudgeMethod, 'endpoint' | 'task' | 'repeats' | 'context'>): Digest =>
  digestOf({ endpoint: endpointKey(endpoint), task, repeats, context, wording: wordingOf(task) });

const ANY: Material = { request: 'request', answer: 'answer', reference: 'reference', context: ['context'] };

const wordingOf = (task: JudgeTask): readonly (readonly ChatMessage[])[] => {
  switch (task.kind) {
    case 'rubric':
      return [rubricQuestion(task.rubric, task.scale, ANY).messages('mark')];
    case 'pairwise':
      return [pairwiseQuestion(task.rubric, ANY, 'other').messages('mark')];
    case 'groundedness':
    case 'context-recall':
      return [
        claimsQuestion('request', 'answer').messages('mark'),
        supportQuestion(['claim'], ['context']).messages('mark'),
      ];
    case 'context-precision':
      return [usefulnessQuestion('request', 'reference', ['document']).messages('mark')];
  }
};
