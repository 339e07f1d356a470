import { readObject } from '../read-object.ts';
import { chatMessages, numbered } from './chat-messages.ts';
import type { Material, Question } from './question.ts';

export interface Grade {
  /** 0 to 1. */
  readonly score: number;
  readonly reason: string;
}

/** A whole grade on the scale of the author, by the author's words. */
export const rubricQuestion = (
  rubric: string,
  [least, greatest]: readonly [least: number, greatest: number],
  { request, answer, reference, context }: Material,
): Question<Grade> => ({
  messages: (mark) =>
    chatMessages(
      mark,
      [
        'You grade the answer that a service gave to a request. Grade by this rubric and by nothing else:',
        rubric,
        ...(reference === null
          ? []
          : [
              'The quotation "reference" is an answer that is known to be right. Other words may be right too.',
            ]),
        ...(context === null
          ? []
          : ['The quotations "context 1" and so on are what the service had to answer from.']),
        `Reply with one JSON object and nothing else: {"reason": "one or two sentences", "score": S}, where S is a whole number from ${least} (worst) to ${greatest} (best).`,
      ],
      [
        ['request', request],
        ...numbered('context', context ?? []),
        ['reference', reference],
        ['answer', answer],
      ],
    ),
  read: (content) => {
    const said = readObject(content, ['reason', 'score']);
    if (said === null || typeof said.reason !== 'string') return null;
    const { score, reason } = said;
    if (typeof score !== 'number' || !Number.isInteger(score) || score < least || score > greatest)
      return null;
    return { score: (score - least) / (greatest - least), reason };
  },
});
